"""The words by which a bank's table is understood: headers of its columns, sides, states, balances and accounts."""

from __future__ import annotations

import re

from dunwell.plugins.importers.headers import patterns

ROLES = patterns(
    (
        ("amount", "^amount in account currency|^сума във валутата на сметката|^сумма в валюте счета|^betrag in kontowährung"),
        ("ignored", "original currency|foreign currency|account name|account type|^card number|category|balance currency"),
        ("value_date", "value date|valuta datum|valutadatum|wertstellung|wert|вальор|date valeur|date de valeur|fecha valor|"
         "data waluty|rentedatum|effective date|дата валютирования|data valuta|valuta dato|valuteringsdatum|дата вальор"),
        ("side", "d c|c d|dc|cd|cr dr|dr cr|debit credit|credit debit|debet credit|af bij|bij af|soll haben|s h|дт кт|"
         "дебит кредит|дебет кредит|side|sign|direction|credit or debit|debit or credit|дебит кредит д к|д к|вид движение|"
         "посока|знак|dare avere|sens|приход расход|kreditni debetni"),
        ("currency", "currency|ccy|curr|währung|waehrung|валута|валюта|devise|divisa|moneda|muntsoort|munt|waluta|měna|mena|"
         "currency code|valyuta|^valuta"),
        ("balance", "balance|running balance|saldo|салдо|остатък|остаток|наличност|solde|kontostand|egyenleg|zůstatek|"
         "разполагаемост|остаток на счете|saldo po operacji|saldo na mutatie|баланс"),
        ("gross", "^gross|^brutto"),
        ("fee", "^fee|^fees|^gebühr|^entgelt|^commission|^комиссия|^такса|^frais"),
        ("net", "^net|^netto"),
        ("counter_account", "(?:counter ?party|partner|beneficiary|payee|payer|contra|opposite|other|remitter|sender|"
         "recipient|receiver|ordering|gegen|tegen|контрагент\\w*|корреспондент\\w*|наредител\\w*|получател\\w*|плательщик\\w*|"
         "kontrahent\\w*|destinataire|bénéficiaire|auftraggeber|zahlungsbeteiligter|empfänger).{0,30}(?:account|iban|konto|kontonummer|rekening|сметка|счет|счёт|"
         "счета|rachunek|acct|compte)|gegenkonto|tegenrekening|contra account|tegenrekening iban bban|kontonummer iban|"
         "iban kontonummer|iban des .*|kontonummer|сметка (?:на )?(?:контрагент\\w*|наредител\\w*|получател\\w*)|"
         "(?:счет|счёт|номер счета) (?:контрагента|плательщика|получателя|корреспондента)|protiúčet|číslo protiúčtu|"
         "iban (?:zahlungsbeteiligter|auftraggeber|empfänger|на наредител\\w*|на получател\\w*|на контрагент\\w*)|^to account.*|^from account.*|"
         "(?:account|iban) (?:of )?(?:counterparty|partner|beneficiary|payee|payer|sender|recipient)|"
         "rachunek (?:nadawcy|odbiorcy|kontrahenta)"),
        ("counter_bank", "bic|swift|bic swift|bic swift code|bank code|blz|bankleitzahl|бик|counterparty bank|bankname"),
        ("tax", "инн|инн контрагента|инн плательщика|tax id|vat number|еик|булстат|егн|nip"),
        ("bank_account", "bank account|bank account number|bankkonto"),
        ("account", "^account|^account number|^account no|^account iban|^iban|^konto|^auftragskonto|^rekening|^rekeningnummer|"
         "^сметка|^сметка iban|^iban сметка|^счет|^счёт|^номер счета|^номер на сметка|^compte|^cuenta|^conto|^rachunek|"
         "^own account|^my account|^iban auftragskonto|^номер счёта|^iban bban|^kontonummer eigene|^account name"),
        ("debit", "debit|debits|debet|withdrawal|withdrawals|paid out|money out|soll|belastung|lastschrift|дебит|дебет|"
         "дебит сума|дебитен оборот|дебитно|расход|разход|списание|списано|débit|debe|cargo|cargos|addebiti|addebito|dare|uitgaven|obciążenia|"
         "obciążenie|wydatki|dr|outflow|spent|payments|изходящи|теглене|uscite|сумма списания|по дебету|оборот дт|дт"),
        ("credit", "credit|credits|deposit|deposits|paid in|money in|haben|gutschrift|кредит|кредит сума|кредитен оборот|приход|поступление|"
         "поступило|зачисление|зачислено|crédit|haber|abono|abonos|accrediti|accredito|avere|inkomsten|uznania|uznanie|"
         "wpływy|cr|inflow|received|входящи|вноска|entrate|сумма зачисления|по кредиту|оборот кт|кт|kredit"),
        ("date", "^booking date|^date completed utc|^date completed|^posting date|^completed date|^posted date|^buchungstag|^дата проводки|(?:booking|posting|posted|transaction|operation|entry|accounting|processed|processing|execution|completed|"
         "started|trade)? ?date(?: posted| time| of .*)?|buchungstag|buchungsdatum|buchung|datum|boekdatum|"
         "(?:счетоводна )?дата(?: на)?(?: .*)?|fecha(?: operaci[oó]n| contable)?|data(?: .*)?|date (?:opération|comptable|op)|"
         "dátum|bokföringsdag|bokförd|dato|datum .*|transaktionsdatum|date|день|ден|kirjauspäivä|pvm"),
        ("other_amount", "amount currency|original amount|foreign amount|amount in .*|betrag in .*|ursprungsbetrag|"
         "сума в .*|сумма в валюте .*|exchange rate|kurs|курс|rate"),
        ("amount", "amount|amt|betrag|umsatz|сума|сумма|montant|importe|importo|bedrag|kwota|částka|castka|objem|összeg|"
         "belopp|beløb|valor|value|sum|summe|transaction amount|bedrag eur|betrag eur|amount eur|оборот|määrä|iznos|износ"),
        ("status", "^status|^state|^състояние|^статус|^état|^estado"),
        ("remittance", "description|details|detail|narrative|narration|remittance|remittance information|memo|note|notes|"
         "purpose|verwendungszweck|buchungstext|vorgang|основание|основание за плащане|описание|пояснение|пояснения|детайли|"
         "допълнителна информация|назначение|назначение платежа|содержание|содержание операции|libellé|libelle|label|"
         "remarque|motif|concepto|descripción|causale|descrizione|omschrijving|naam omschrijving|mededeling|mededelingen|"
         "tytuł|tytułem|opis|zpráva|popis|particulars|transaction text|text|tekst|texte|subject|info|information|comment|"
         "item title|payment details|payment reference|message|общо основание|операция|транзакция|transaction"),
        ("reference", "ref|reference|reference number|transaction id|transaction reference|txn|номер|номер документа|№|"
         "номер на документ|document no|doc no|референция|референтен номер|belegnr|kundenreferenz|check or slip|cheque|"
         "kenmerk|operation number|unique id|id"),
        ("counter_name", "counterparty|counter party|partner|partner name|payee|payer|beneficiary|name|auftraggeber|empfänger|"
         "begünstigter|beguenstigter|zahlungsbeteiligter|zahlungspflichtige\\w*|zahlungsempfänger\\w*|контрагент\\w*|наредител\\w*|получател\\w*|"
         "плательщик\\w*|корреспондент\\w*|naam|nom|nombre|nazwa|kontrahent|protistrana|customer|client|merchant|"
         "наименование|наименование контрагента|име|name of .*|nadawca|odbiorca|nadawca odbiorca|tiers"),
    )
)  # fmt: skip
REQUIRED = (
    frozenset({"date", "amount"}),
    frozenset({"date", "debit", "credit"}),
    frozenset({"date", "net"}),
    frozenset({"value_date", "amount"}),
    frozenset({"value_date", "debit", "credit"}),
)
IN_WORDS = frozenset(
    "c cr credit crdt haben h bij кт к кредит крт кредитен in incoming + приход avere a uznanie abono зачисление".split()
)
OUT_WORDS = frozenset(
    "d dr debit dbit debet soll s af дт д дебит дебет дбт дебитен out outgoing - расход dare obciążenie cargo списание".split()
)
BOOKED_WORDS = frozenset(
    "booked gebucht completed posted settled cleared исполнено исполнен проведено проведен осчетоводена".split()
)
PENDING_WORDS = frozenset(
    "pending reserved authorised authorized vorgemerkt ausstehend чакащ чакаща очаква ожидает hold unsettled".split()
)
VOID_WORDS = frozenset(
    "declined failed reverted cancelled canceled denied rejected отказана отказано отклонено отклонена отменено".split()
)
OPENING_WORDS = re.compile(
    r"opening|beginning|start of period|balance brought|previous balance|old balance|anfangs|alter kontostand|alter saldo|начал|"
    r"входящ|на начало|в начале|solde initial|solde précédent|saldo inicial|saldo anterior|saldo iniziale|beginsaldo|saldo początkowe|počáteční"
)  # fmt: skip
CLOSING_WORDS = re.compile(
    r"closing|end of period|balance carried|new balance|current balance|final balance|ending|endsaldo|schluss|endstand|"
    r"neuer kontostand|neuer saldo|крайн|краен|исходящ|конечн|на конец|на края|solde final|nouveau solde|saldo final|saldo finale|eindsaldo|"
    r"saldo końcowe|konečný"
)  # fmt: skip
BALANCE_WORDS = re.compile(r"balance|saldo|kontostand|салдо|остат|solde|zůstatek|наличност|stav")
TOTAL_WORDS = re.compile(r"total|sum\b|summe|итого|общо|всего|всичко|razem|celkem|оборот|turnover|number of|брой")
PAYER_WORDS = re.compile(
    r"payer|zahlungspflicht|auftraggeber|наредител|плательщик|nadawca|sender|remitter|ordering|debtor"
)
PAYEE_WORDS = re.compile(r"payee|empfänger|begünstigt|beneficiary|получател|odbiorca|recipient|creditor")
IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}\b")
RUSSIAN_ACCOUNT = re.compile(r"(?<![0-9])[0-9]{20}(?![0-9])")
ACCOUNT_LABEL = re.compile(r"account (?:number|no|nr|iban)|^iban|iban|kontonummer|^konto|rekening|сметка|р/с|счет|счёт|compte|cuenta|rachun(?:ek|ku)|^account")  # fmt: skip
ACCOUNT_VALUE = re.compile(r"[0-9A-Z][0-9A-Z .\-/]{4,40}")
LIKE_A_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{2,4}")
HEADER_WORD = re.compile(r"[A-Z]{3}|[€£₽₴₸]|[^\W\d_]+")
CURRENCY_CODE = re.compile(r"(?<![A-Z])([A-Z]{3})(?![A-Z])")
