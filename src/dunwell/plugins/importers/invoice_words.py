"""The words by which an export of invoices is understood: headers of its columns, kinds and states of documents, rows of sums."""

from __future__ import annotations

import re

from dunwell.plugins.importers.headers import patterns

ROLES = patterns(
    (
        ("not_ours", "bill number|vendor|supplier|order number|po number|purchase order|exchange rate|currency rate|"
         "last modified|date added|transaction id|account id|created date|updated|date paid|paid at|settled date|"
         "paid date|payment date|created at|sent date|дата оплаты|дата на плащане|invoice id|^id|estimate number|поръчка|заказ"),
        ("tax_number", "vat number|tax number|tax id|vat id|vat no|vat reg no|инн|еик|булстат|eik|bulstat|ust id|ustid|ust idnr|"
         "contact tax number|ддс номер|идент номер|инн контрагента|инн покупателя|nip"),
        ("account_type", "account type|account group"),
        ("journal_account", "account name"),
        ("email", "email|e mail|email address|email recipient|contact email|имейл|эл почта"),
        ("currency", "currency|currency code|ccy|curr|валута|валюта|währung|waehrung|devise|moneda|valuta|waluta|měna"),
        ("due_date", "due|due date|due at|due on|date due|payment due|pay by|падеж|дата на падеж|срок за плащане|срок на плащане|"
         "срок оплаты|срок|оплатить до|дата платежа|дата оплаты по договору|fällig|fällig am|fälligkeit|fälligkeitsdatum|"
         "zahlbar bis|échéance|date d échéance|vencimiento|fecha de vencimiento|scadenza|data scadenza|vervaldatum|"
         "termin płatności|splatnost|maturity|maturity date"),
        ("issue_date", "(?:invoice|issue|document|sales|bill|doc)(?: bill)? date|date issued|date of issue|issued|issued at|"
         "invoiced at|issue date|invoice date|inv date|date|transaction date|дата|дата на издаване|дата на фактура|"
         "дата на документа|дата документа|дата счета|дата счёта|дата фактура|rechnungsdatum|datum|belegdatum|"
         "date de facturation|date facture|fecha|fecha de emisión|fecha factura|data|data fattura|data documento|"
         "factuurdatum|data wystawienia|datum vystavení|fecha de factura"),
        ("paid", "paid|amount paid|paid amount|invoice amount paid|amount paid amount|платено|оплачено|bezahlt|payé|pagado"),
        ("balance", "balance|balance due|balance due amount|amount due|open balance|outstanding|invoice amount due|open amount|"
         "residual|remaining|остаток|долг|задолженность|остатък|за плащане|неплатено|остаток долга|offen|offener betrag|restbetrag|"
         "reste à payer|pendiente|amount due signed|к оплате|сальдо|салдо"),
        ("line_total", "line total|line amount|line subtotal|item total|item amount|amount before sales tax|line gross"),
        ("tax", "tax|tax amount|vat|vat amount|total tax|tax total|ддс|сумма ндс|ндс|mwst|ust|steuer|tva|iva|btw|total tax amount|"
         "sales tax amount|tax 1 amount|withholding.*"),
        ("net", "subtotal|sub total|net|net amount|untaxed amount|untaxed|tax excluded|без ддс|данъчна основа|без ндс|netto|"
         "nettobetrag|total excl.*|subtotal amount|montant ht|total ht|base imponible|сума без ддс|сумма без ндс|"
         "tax excluded signed|excl vat"),
        ("discount", "discount|discount percentage|discount percent|discount rate|отстъпка|скидка|rabatt|discount amount|"
         "discount value|discount type"),
        ("total", "total|total amount|invoice total|grand total|total signed|amount|invoice amount|gross|gross amount|"
         "total incl.*|amount one column|sum|сума|сумма|обща сума|общо|крайна сума|сума с ддс|сума на фактурата|итого|всего|"
         "общо с ддс|стойност с ддс|всичко с ддс|итого с ндс|всего с ндс|сумма документа|сумма счета|сумма с ндс|betrag|rechnungsbetrag|gesamtbetrag|gesamt|brutto|bruttobetrag|summe|"
         "montant|montant ttc|total ttc|importe|importe total|importo|totale|totaal|bedrag|kwota|kwota brutto|celkem|částka|"
         "total in currency|total in currency signed|total price|стойност|сума за плащане|value|invoice value|debit amount"),
        ("quantity", "quantity|qty|hours|количество|кол во|количество кол|menge|anzahl|quantité|cantidad"),
        ("price", "unit price|unit amount|rate|price|unit cost|item price|item rate|цена|ед цена|единична цена|preis|einzelpreis|"
         "prix unitaire"),
        ("item", "item|item name|description|product|service|item description|product service|line description|"
         "inventory item code|номенклатура|наименование|товар|артикул|стока|услуга|описание|artikel|beschreibung|leistung|"
         "désignation|продукт"),
        ("status", "status|state|invoice status|document status|payment status|състояние|статус|состояние|etat"),
        ("type", "type|invoice type|document type|transaction type|тип|вид|вид документ|вид документа|тип документа|belegart"),
        ("number", "invoice number|invoice no|invoice #|inv no|invoice|inv|invoice bill number|number|num|no|nr|document number|doc no|"
         "doc number|document no|document|фактура|фактура номер|номер фактура|номер на фактура|номер|номер документа|номер на документ|"
         "№|№ документа|номер счета|номер счёта|счет|счёт|документ|rechnung|rechnungsnummer|rechnungsnr|rechnung nr|rechnungs nr|"
         "belegnummer|beleg|facture|numéro|n facture|número|factura|número de factura|fattura|numero|numero fattura|"
         "reference|документ №|factuur|factuurnummer|faktura|numer|nr faktury|faktura nr|číslo faktury|#"),
        ("customer", "customer name|client name|contact name|customer full name|invoice partner display name|customer|client|company|company name|bill to|name|debtor|buyer|"
         "partner|customer id|организация|клиент|контрагент|покупатель|"
         "партньор|получател|купувач|фирма|плательщик|kunde|kundenname|debitor|kundenname firma|auftraggeber|cliente|klant|klantnaam|"
         "nabywca|odběratel|customer company|account|display name|наименование контрагента|име на клиент|заказчик|"
         "дебитор|длъжник|customer no|kundennummer"),
    )
)  # fmt: skip
REQUIRED = (
    frozenset({"number", "total"}),
    frozenset({"number", "balance"}),
    frozenset({"number", "line_total"}),
    frozenset({"number", "quantity", "price"}),
    frozenset({"customer", "issue_date", "total"}),
)
RECEIVABLE_WORDS = ("receivable", "вземан", "дебитор", "forderung")
CREDIT_TYPE_WORDS = ("credit", "кредитно", "кредит-нота", "gutschrift", "refund", "avoir", "nota de crédito", "возврат")
PAYMENT_TYPE_WORDS = ("payment", "плащане", "платеж", "zahlung", "deposit", "journal")
VOID_STATUS_WORDS = (
    "void",
    "cancel",
    "deleted",
    "draft",
    "анулир",
    "чернов",
    "аннулир",
    "storniert",
    "entwurf",
    "отмен",
)
SUM_WORDS = ("total", "итого", "общо", "всего", "всичко", "summe", "grand total", "subtotal", "total:")
CURRENCY_WORD = re.compile(r"[A-Z]{3}|[€£₽₴₸]|[^\W\d_]+\.?")
