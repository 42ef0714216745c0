"""What was wrong with a file, in the person's language.

A finding is recorded as the sentence that was said, with the file's own words in it. Its form, with `{}` for those words, is what is
translated: a recorded sentence is recognised by its form, so that findings of years ago are said in today's language too.
"""

from __future__ import annotations

import re
from functools import cache

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _


def said(sentence: str) -> str:
    """The sentence in the present language; one that nobody translated stays as it is."""
    whole = gettext(sentence) if sentence else ""
    if whole != sentence:
        return whole
    for form, pattern in _forms():
        if (found := pattern.fullmatch(sentence)) is not None:
            return gettext(form).format(*(gettext(one) if one else one for one in found.groups()))
    return sentence


FORMS = (
    _("A batch of {} has parts that add up to {}."),
    _("An entry has a negative amount ({}) besides its sign."),
    _("An entry has the status {}; it was taken as booked."),
    _("The {} should be {}, but the entries give {}."),
    _("Check the names for wrong letters."),
    _("The file does not say how its characters are encoded; it was read as {}."),
    _("the amount is in {}, the document in {}."),
    _("Several due dates are named ({}); the last one is taken."),
    _("Neither account of a document over {} is an own one; it was left out."),
    _("Say which account is yours."),
    _("The file may be cut off; compare the number of documents with the bank's."),
    _("The line КонецФайла is missing."),
    _("A section has no end; the next one begins within it."),
    _("{} is {}, the documents give {}."),
    _("Document {} has no sum; it was read as 0."),
    _("{} is no currency."),
    _("A document has no number."),
    _("Document {} is an order; it owes nothing."),
    _("The document names no seller."),
    _("The document names no buyer."),
    _("The document names no {}."),
    _("Enter it with `dunwell account`."),
    _("There is no valid account for {}."),
    _("The document has an allowance or a charge on the whole, whose VAT is not known."),
    _("Enter it with the customer or the company."),
    _("The country of the {} is not known."),
    _("{} is no longer in use."),
    _("Do not chase it before the date has been settled."),
    _("It is due on {}, before it was issued on {}."),
    _("The document has no due date."),
    _("Do not print it on a request before it has been checked."),
    _("The check digits of the IBAN are wrong."),
    _("The document has no issue date."),
    _("A credit note with a negative sum: it may raise the debt."),
    _("An invoice with a negative sum: it is a credit and owes nothing."),
    _('Enter it with the company, or say that you are not registered: `dunwell vat "none …"`.'),
    _("The seller has no VAT number with the letters of its country."),
    _("The seller has no registration or tax number."),
    _("Where the buyer accounts for VAT, its VAT number stands on the invoice."),
    _("The VAT number {} of the {} cannot be right."),
    _("{} has more decimals than {}."),
    _("The sums of the document do not add up."),
    _("{} is {}, but the parts give {}."),
    _("How VAT stands on this document is not known."),
    _('Say it once: `dunwell vat 20`, or `dunwell vat "exempt …"` with the reason.'),
    _("VAT of category {} cannot be written here."),
    _("The PDF holds {} XML files; {} was read."),
    _("See who changed it: this is how payments are stolen. If it is yours, add it by `dunwell account`."),
    _("{} asks for payment to {}, which is no account of yours."),
    _("Document {}: {} is no sum that anybody owes."),
    _("Document {}: {}"),
    _("{} is a bill to you, from {}: it was left out."),
    _("Cancel the one that no longer holds."),
    _("{} corrects {}: both stand in the books until you say which is owed."),
    _("Write its currency."),
    _("Document {} names no customer."),
    _("Name one."),
    _("Document {} has no date."),
    _("Give it a date."),
    _("Give it a number."),
    _("If it is you, enter your tax number or registered name as the document has it."),
    _("{} was issued by {}, not by you: it was left out."),
    _("No account of yours is recorded; this one was taken for yours."),
    _("Record the account where clients pay: `dunwell account --currency … --iban …`."),
    _("Import it again with --account IBAN."),
    _("The statement names no account, and you have several: nothing of it was recorded."),
    _("If it is yours, import the file again with --own-account."),
    _("The account {} is none of yours: nothing of its statement was recorded."),
    _("The statement names no currency; its sums were taken for {}."),
    _('Where it is another, import it with a mapping that says currency = "…".'),
    _("An entry cannot be read and was left out: {}"),
    _("Enter it by hand."),
    _("Money went out on {} that may take a payment back: {} ({} in minor units)."),
    _("Where a payment did not stay, take its allocation back: `dunwell allocate --undo NUMBER`."),
    _(
        "Between the statements of {} and {} something is missing on the account {}: payments count as known up to {} only."
    ),
    _("Import the statement between them."),
    _("{} more findings of this kind."),
    _("{} is no amount."),
    _("1.234 in this table may be a thousand or a fraction."),
    _("{} is no date."),
    _("Nothing in the column settles whether the day or the month comes first; day first is proposed."),
    _("Compare a few of them with the original."),
    _("Dates are written in several ways ({})."),
    _("{} looks like a formula; it is kept as text and never calculated."),
    _("A negative sum ({}): a credit, no debt."),
    _("A row of the kind {} was left out."),
    _("Invoice {} is {}."),
    _("A row has a sum but no number; it was left out."),
    _("The number {} stands for several customers or dates."),
    _("A payment of {} for {} was left out."),
    _("Invoice {} stands there with different sums ({}); the first was read."),
    _("Keep the right one in the file."),
    _("Invoice {} stands there {} times; it was read once."),
    _("Invoice {} has no sum; it was left out."),
    _("The balance {} cannot be read."),
    _("It may be cut off; compare the number of entries with the bank's."),
    _("The statement has no closing balance."),
    _("{} is no date (YYMMDD)."),
    _("The statement names no known currency."),
    _("An entry has no usable date ({})."),
    _("An entry is to {} the one numbered {}."),
    _("Entries may be missing; fetch it again."),
    _("The file breaks off: its last tag </OFX> is missing."),
    _("The statement names no account."),
    _("Entries may be missing; get the whole statement."),
    _("The opening balance {} and the entries ({}) give {}, but the closing balance is {} (difference {})."),
    _("An entry of {} is {}: it settles nothing."),
    _("The check digits of the counterparty's IBAN are wrong."),
    _("The bank's reference {} stands at two entries."),
    _("See whether one of them is a copy."),
    _("{} has more decimals than {}: it may be a thousand."),
    _("An entry is in {}, its account in {}."),
    _("Compare it with the bank's own list."),
    _("A copy of one of our invoices came by mail, but the mail server does not say that it is from us."),
    _("If you know it, save the invoice from the mail and import it."),
    _("A copy of one of our invoices cannot be read: {}"),
    _("Import the invoice from the program that wrote it."),
    _("A statement between them may be missing."),
    _("The statement begins with {}, the one before it ended with {}."),
    _("A row without a date was left out: {}"),
    _("An entry with the status {} was left out."),
    _("Say which of them means money in."),
    _("The sign of the amount and the mark of the side contradict one another; the mark of the side was followed."),
    _("Quotation marks are not closed or stand inside a field; the rows were read line by line."),
    _("Compare this row with the original."),
    _("seller"),
    _("buyer"),
    _("pending"),
)


@cache
def _forms() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Those with the file's words in them, the most telling first: a short form fits many a sentence."""
    open_ = sorted((form for form in FORMS if "{}" in form), key=lambda form: len(form.replace("{}", "")), reverse=True)
    return tuple((form, re.compile("(.*?)".join(map(re.escape, form.split("{}"))), re.DOTALL)) for form in open_)
