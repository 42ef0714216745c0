"""The one table of the console's addresses: where a page is, what shows it, and the smallest role that may enter.

A test tries every line with every role, with another creditor and with nobody; a page outside the table does not exist.
"""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import URLPattern, include, path

from dunwell.core.roles import DeskRole
from dunwell.web.console import deeds
from dunwell.web.console.doors import Door, OpenDoor
from dunwell.web.console.pages import (
    by_hand,
    call,
    care,
    coaching,
    customer,
    customer_deeds,
    customers,
    documents,
    entrance,
    files,
    instalments,
    invoice,
    invoices,
    messages,
    money,
    offers,
    outlook,
    papers,
    policies,
    posted,
    recurring,
    replies,
    reports,
    search,
    settings,
    settings_channels,
    settings_law,
    settings_team,
    start,
    stop_work,
    texts,
    today,
    write,
)

VIEWER, COLLECTOR, APPROVER, ADMIN = DeskRole

DOORS = (
    # Today
    Door("", today.show, VIEWER, "today"),
    Door("figures", today.numbers, VIEWER, "figures"),
    Door("run", today.run, APPROVER, "run", commits=True),
    # Messages
    Door("messages/<int:number>", messages.show, VIEWER, "message"),
    Door("messages/<int:number>/letter", messages.letter, VIEWER, "message-letter"),
    Door("messages/<int:number>/original", messages.original, VIEWER, "message-original"),
    Door("messages/<int:number>/attachments/<int:place>", messages.attachment, VIEWER, "message-attachment"),
    Door("messages/<int:number>/recall", messages.recall, APPROVER, "message-recall"),
    Door("messages/<int:number>/settle", messages.settle, APPROVER, "message-settle"),
    Door("approve", messages.choose, APPROVER, "approve"),
    Door("approve/chosen", messages.approve, APPROVER, "approve-chosen", commits=True),
    # Letters by post
    Door("posted", posted.together, COLLECTOR, "letters-together"),
    Door("posted/<int:number>", posted.show, COLLECTOR, "letter-posted"),
    Door("posted/<int:number>/paper", posted.paper, COLLECTOR, "letter-paper"),
    # Replies
    Door("replies", replies.show, VIEWER, "replies"),
    Door("replies/<int:number>", replies.one, VIEWER, "reply"),
    Door("replies/<int:number>/original", replies.original, VIEWER, "reply-original"),
    Door("replies/<int:number>/match", replies.match, COLLECTOR, "reply-match"),
    Door("replies/read/<int:number>/accept", replies.accept, COLLECTOR, "reading-accept"),
    Door("replies/read/<int:number>/edit", replies.edit, COLLECTOR, "reading-edit"),
    Door("replies/read/<int:number>/reject", replies.reject, COLLECTOR, "reading-reject"),
    Door("replies/page/<int:number>/settle", replies.settle, COLLECTOR, "answer-settle"),
    # Customers
    Door("customers", customers.show, VIEWER, "customers"),
    Door("customers/<int:number>", customer.show, VIEWER, "customer"),
    Door("customers/<int:number>/events", customer.events, VIEWER, "customer-events"),
    Door("customers/<int:number>/hold", customer_deeds.hold, COLLECTOR, "customer-hold"),
    Door("customers/<int:number>/promise", customer_deeds.promise, COLLECTOR, "customer-promise"),
    Door("customers/<int:number>/instalments", instalments.agree, COLLECTOR, "customer-instalments"),
    Door("schedules/<int:number>/decide", instalments.decide, APPROVER, "plan-decide"),
    Door("schedules/<int:number>/paper", instalments.paper, VIEWER, "plan-paper"),
    Door("customers/<int:number>/dispute", customer_deeds.dispute, COLLECTOR, "customer-dispute"),
    Door("customers/<int:number>/note", customer_deeds.note, COLLECTOR, "customer-note"),
    Door("customers/<int:number>/contacted", customer_deeds.contacted, COLLECTOR, "customer-contacted"),
    Door("customers/<int:number>/allocate", customer_deeds.allocate, COLLECTOR, "customer-allocate"),
    Door("customers/<int:number>/policy", customer_deeds.policy, APPROVER, "customer-policy"),
    Door("customers/<int:number>/automatic/<int:place>/end", customer_deeds.auto_end, COLLECTOR, "auto-end"),
    Door("customers/<int:number>/state", customer_deeds.state, COLLECTOR, "customer-state"),
    Door("customers/<int:number>/silence", customer_deeds.silence, COLLECTOR, "customer-silence"),
    Door("customers/<int:number>/owes", customer_deeds.owes, COLLECTOR, "customer-owes"),
    Door("customers/<int:number>/stop-work", stop_work.begin, APPROVER, "stop-work"),
    Door("customers/<int:number>/papers", papers.show, COLLECTOR, "customer-papers"),
    Door("customers/<int:number>/documents", documents.of_customer, VIEWER, "customer-documents"),
    Door("customers/<int:number>/work-goes-on", stop_work.lift, APPROVER, "work-goes-on"),
    Door("customers/<int:number>/write", write.show, COLLECTOR, "customer-write"),
    Door("customers/<int:number>/write/send", write.send, COLLECTOR, "customer-write-send", commits=True),
    Door("customers/<int:number>/call", call.show, COLLECTOR, "customer-call"),
    Door("customers/<int:number>/check-in", by_hand.check_in, COLLECTOR, "customer-check-in"),
    Door("customers/<int:number>/talk", care.talk, COLLECTOR, "customer-talk"),
    Door("disputes/<int:number>/owner", care.dispute_owner, COLLECTOR, "dispute-owner"),
    Door("disputes/<int:number>/answer", care.dispute_answer, APPROVER, "dispute-answer"),
    Door("credits/<int:number>", care.credit, APPROVER, "credit"),
    # Invoices
    Door("invoices", invoices.show, VIEWER, "invoices"),
    Door("invoices/<int:number>", invoice.show, VIEWER, "invoice"),
    Door("invoices/<int:number>/story", invoice.story, VIEWER, "invoice-story"),
    Door("invoices/<int:number>/documents", documents.of_invoice, VIEWER, "invoice-documents"),
    # Recurring documents
    Door("recurring", recurring.show, VIEWER, "recurring"),
    Door("recurring/numbers", recurring.pattern, ADMIN, "recurring-numbers"),
    Door("recurring/<int:number>/price", recurring.price, APPROVER, "recurring-price"),
    Door("recurring/<int:number>/pause", recurring.pause, APPROVER, "recurring-pause"),
    Door("recurring/<int:number>/resume", recurring.resume, APPROVER, "recurring-resume"),
    Door("recurring/<int:number>/end", recurring.end, APPROVER, "recurring-end"),
    Door("customers/<int:number>/recurring", recurring.new, APPROVER, "recurring-new"),
    # Money
    Door("money", money.show, VIEWER, "money"),
    Door("money/match", money.match, COLLECTOR, "money-match", commits=True),
    Door("money/payments/<int:number>", money.payment, VIEWER, "payment"),
    Door("money/payments/<int:number>/receipt", documents.receipt, VIEWER, "payment-receipt"),
    Door("money/payments/<int:number>/set", money.allocate, COLLECTOR, "payment-set"),
    Door("money/payments/<int:number>/take", money.take, COLLECTOR, "payment-take"),
    Door("money/payments/<int:number>/account", money.on_account, COLLECTOR, "payment-account"),
    Door("money/files", files.show, VIEWER, "files"),
    Door("money/files/<int:number>", files.one, VIEWER, "file"),
    Door("money/findings/<int:number>", files.settle, COLLECTOR, "finding-settle"),
    Door("money/import", files.upload, COLLECTOR, "import"),
    Door("money/import/<slug:token>", files.look, COLLECTOR, "import-look"),
    Door("money/import/<slug:token>/take", files.take, COLLECTOR, "import-take", commits=True),
    Door("money/import/<slug:token>/repair", files.repair, COLLECTOR, "import-repair"),
    Door("money/import/<slug:token>/progress", files.progress, COLLECTOR, "import-progress"),
    # Reports
    Door("reports", reports.show, VIEWER, "reports"),
    Door("reports/<slug:table>/<slug:kind>", reports.file, VIEWER, "report-file"),
    Door("coaching", coaching.show, VIEWER, "coaching"),
    Door("outlook", outlook.show, VIEWER, "outlook"),
    Door("outlook/<slug:kind>", outlook.file, VIEWER, "outlook-file"),
    # By hand
    Door("customers/new", by_hand.new_customer, COLLECTOR, "customer-new"),
    Door("customers/<int:number>/change", by_hand.change_customer, COLLECTOR, "customer-change"),
    Door("customers/<int:number>/contact", by_hand.new_contact, COLLECTOR, "contact-new"),
    Door("customers/<int:number>/document", by_hand.new_document, COLLECTOR, "document-new"),
    Door("customers/<int:number>/payment", by_hand.new_payment, COLLECTOR, "payment-new"),
    Door("customers/<int:number>/messenger", by_hand.messenger, COLLECTOR, "messenger"),
    Door("documents/<int:number>/change", by_hand.change_document, COLLECTOR, "document-change"),
    Door("documents/<int:number>/cancel", by_hand.cancel_document, APPROVER, "document-cancel"),
    Door("documents/<int:number>/apology", by_hand.apology, APPROVER, "apology"),
    Door("payments/<int:number>/reverse", by_hand.reverse_payment, APPROVER, "payment-reverse"),
    # The first hour
    Door("start/file", start.file, ADMIN, "start-file"),
    Door("start/policy", start.policy, ADMIN, "start-policy"),
    Door("start/letters", start.letters, ADMIN, "start-letters"),
    Door("letters/of/<int:number>", start.letter, VIEWER, "letter-preview"),
    # Policies and texts
    Door("policies", policies.show, VIEWER, "policies"),
    Door("policies/<str:name>", policies.one, VIEWER, "policy"),
    Door("policies/<str:name>/edit", policies.edit, APPROVER, "policy-edit", commits=True),
    Door("policies/<str:name>/form", policies.form, APPROVER, "policy-form", commits=True),
    Door("policies/<str:name>/versions/<int:number>", policies.version, VIEWER, "policy-version"),
    Door("offers", offers.show, VIEWER, "offers"),
    Door("offers/new", offers.new, APPROVER, "offer-new"),
    Door("offers/<int:number>/end", offers.end, APPROVER, "offer-end"),
    Door("texts", texts.show, VIEWER, "texts"),
    Door("texts/<str:place>", texts.one, VIEWER, "text"),
    Door("texts/<str:place>/look", texts.look, VIEWER, "text-look"),
    Door("texts/<str:place>/letter", texts.letter, VIEWER, "text-letter"),
    Door("texts/<str:place>/save", texts.save, APPROVER, "text-save"),
    # Settings
    Door("settings", settings.show, ADMIN, "settings"),
    Door("settings/company", settings.company, ADMIN, "settings-company"),
    Door("settings/documents", documents.carried, ADMIN, "settings-documents"),
    Door("settings/signature", settings.staff, ADMIN, "settings-staff"),
    Door("settings/account", settings.account, ADMIN, "settings-account"),
    Door("settings/account/<int:number>/confirm", settings.confirm, APPROVER, "settings-confirm"),
    Door("settings/signature/<int:number>/photo", settings.photo, ADMIN, "settings-photo"),
    Door("settings/people", settings_team.team, ADMIN, "settings-team"),
    Door("settings/people/one", settings_team.person, ADMIN, "settings-person"),
    Door("settings/people/<int:number>/end", settings_team.end_work, ADMIN, "settings-end-work"),
    Door("settings/leave", settings_team.leave, ADMIN, "settings-leave"),
    Door("settings/leave/<int:number>/back", settings_team.back_early, ADMIN, "settings-back"),
    Door("settings/tokens/new", settings_team.token, ADMIN, "settings-token"),
    Door("settings/tokens/<int:number>/revoke", settings_team.revoke, ADMIN, "settings-revoke"),
    Door("settings/channels", settings_channels.channels, ADMIN, "settings-channels"),
    Door("settings/channels/mail", settings_channels.mail, ADMIN, "settings-mail"),
    Door("settings/channels/trial", settings_channels.trial, ADMIN, "settings-trial"),
    Door("settings/channels/<slug:kind>/<slug:name>/check", settings_channels.check, ADMIN, "settings-check"),
    Door("settings/law", settings_law.law, ADMIN, "settings-law"),
    Door("settings/law/payments", settings_law.cover, ADMIN, "settings-cover"),
    Door("settings/law/payments/end", settings_law.end_source, ADMIN, "settings-source-end"),
    Door("settings/law/calendar", settings_law.correct, ADMIN, "settings-calendar"),
    Door("settings/mode", settings.mode, ADMIN, "settings-mode"),
    Door("settings/audit", settings.audit, ADMIN, "settings-audit"),
    Door("stop", settings.stop, COLLECTOR, "stop", commits=True),
    # Everywhere
    Door("undo/<slug:what>/<int:number>", deeds.undo, COLLECTOR, "undo"),
    Door("search", search.show, VIEWER, "search"),
)
OPEN_DOORS = (
    OpenDoor("", entrance.home, "home", needs_user=True),
    OpenDoor("start", start.company, "start", needs_user=True),
    OpenDoor("language", entrance.language, "language"),
    OpenDoor("theme", entrance.theme, "theme"),
)
# The names that allauth looks for; no other page of it exists: nobody signs up by themselves.
ACCOUNT_DOORS = (
    OpenDoor("login", account.login, "account_login"),
    OpenDoor("logout", account.logout, "account_logout"),
    OpenDoor("account/reauthenticate", account.reauthenticate, "account_reauthenticate", needs_user=True),
    OpenDoor("account/password", account.password_change, "account_change_password", needs_user=True),
    OpenDoor("account/second-factor", mfa.index, "mfa_index", needs_user=True),
    OpenDoor("account/second-factor/code", mfa.authenticate, "mfa_authenticate"),
    OpenDoor("account/second-factor/again", mfa.reauthenticate, "mfa_reauthenticate", needs_user=True),
    OpenDoor("account/second-factor/on", totp.activate_totp, "mfa_activate_totp", needs_user=True),
    OpenDoor("account/second-factor/off", totp.deactivate_totp, "mfa_deactivate_totp", needs_user=True),
    OpenDoor("account/recovery-codes", recovery.view_recovery_codes, "mfa_view_recovery_codes", needs_user=True),
    OpenDoor(
        "account/recovery-codes/download",
        recovery.download_recovery_codes,
        "mfa_download_recovery_codes",
        needs_user=True,
    ),
    OpenDoor(
        "account/recovery-codes/new", recovery.generate_recovery_codes, "mfa_generate_recovery_codes", needs_user=True
    ),
)

console: list[URLPattern] = [door.pattern for door in (*OPEN_DOORS, *DOORS)]
urlpatterns = [*(door.pattern for door in ACCOUNT_DOORS), path("", include((console, "console")))]
