//! What the words of platforms, banks and shops say about a row: whether it is an earning, and whether money comes or goes.

use super::EarningKind;

/// What a word for a transaction means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// A transaction of this kind.
    Transaction(EarningKind, Direction),
    /// No earning: a payout, a hold, or a row of totals.
    NoEarning,
}

/// Direction of money, as words say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the creator.
    In,
    /// From the creator.
    Out,
    /// It could be either.
    Unclear,
}

/// Reads a platform's word for a transaction, or a sentence that describes it. Whole words count, and only those before a name: "Tip from No
/// Refund" is a tip.
pub fn meaning_of(text: &str) -> Meaning {
    const CANCELED: [&str; 4] = ["canceled", "cancelled", "cancel", "cancellation"];
    let text = readable(text);
    let words = Words::of(before_name(&text));
    let transaction = |kind, direction| Meaning::Transaction(kind, direction);
    if words.first_is(&["total", "totals", "subtotal", "subtotals"]) || words.has_pair("grand", &["total"]) {
        return Meaning::NoEarning;
    }
    let fee = words.position(&["fee", "fees"]);
    let is_payout = words.has(&["payout", "payouts", "cashout"]) || words.begins("withdr") || words.has_pair("pay", &["out"]);
    if is_payout && fee.is_none() || words.has(&["hold", "holds"]) {
        return Meaning::NoEarning;
    }
    if let Some(fee) = fee {
        return words.fee(fee);
    }
    let is_chargeback = words.has(&["chargeback", "chargebacks", "clawback", "clawbacks"])
        || words.has_pair("charge", &["back"])
        || words.has_pair("charged", &["back"]);
    let is_refund = words.has(&["refund", "refunds", "refunded", "returned"]) || words.has_pair("money", &["back"]);
    let is_dispute = words.has(&["dispute", "disputes", "disputed"]);
    let is_reversal = words.has(&REVERSALS);
    let is_undone = words.has(&["failure", "failed", "won"]) || is_reversal;
    if (is_chargeback || is_refund) && words.0.len() == 2 && words.has(&CANCELED) && words.first_is(&["refund", "chargeback"]) {
        return transaction(EarningKind::Other, Direction::Unclear);
    }
    if is_chargeback || is_dispute {
        let direction = match (is_undone, is_chargeback || words.has(&["lost"])) {
            (true, _) => Direction::In,
            (false, true) => Direction::Out,
            (false, false) => Direction::Unclear,
        };
        return transaction(if is_undone { EarningKind::Other } else { EarningKind::Chargeback }, direction);
    }
    if is_refund {
        return if is_undone { transaction(EarningKind::Other, Direction::In) } else { transaction(EarningKind::Refund, Direction::Out) };
    }
    if is_reversal {
        return transaction(EarningKind::Refund, Direction::Out);
    }
    if words.0 == ["debit"] || words.0 == ["dr"] {
        return transaction(EarningKind::Other, Direction::Out);
    }
    let kind = words.kind();
    let is_unclear = kind == EarningKind::Other && words.has(&["transfer", "transfers"]);
    transaction(kind, if is_unclear { Direction::Unclear } else { Direction::In })
}

const REVERSALS: [&str; 4] = ["reversal", "reversals", "reversed", "reverse"];

/// Separates words that are written together (as in `TipRefund`), and removes the difference of case.
pub(super) fn readable(text: &str) -> String {
    let mut separated = String::with_capacity(text.len() + 4);
    let mut was_small = false;
    for letter in text.chars() {
        if was_small && letter.is_uppercase() {
            separated.push(' ');
        }
        was_small = letter.is_lowercase();
        separated.extend(letter.to_lowercase());
    }
    separated
}

/// Returns what stands before the name of a fan.
pub(super) fn before_name(lower_case: &str) -> &str {
    [" from ", " by "].iter().filter_map(|word| lower_case.find(word)).min().map_or(lower_case, |end| &lower_case[..end])
}

/// What the state of a payment means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The money came; also if there is no state.
    Paid,
    /// No money came, or not yet.
    Unpaid,
    /// It came and was given back.
    GivenBack,
    /// It came, and a part of it was refunded.
    PartlyGivenBack,
    /// A word that is not known.
    Unclear,
}

/// Reads the state of a payment.
pub fn state_of(text: &str) -> State {
    const PAID: [&str; 22] = [
        "completed",
        "complete",
        "done",
        "paid",
        "settled",
        "succeeded",
        "success",
        "successful",
        "available",
        "approved",
        "cleared",
        "captured",
        "posted",
        "processed",
        "received",
        "confirmed",
        "finished",
        "ok",
        "credited",
        "finalized",
        "earned",
        "deposited",
    ];
    const UNPAID: [&str; 33] = [
        "unpaid",
        "denied",
        "expired",
        "fraud",
        "fraudulent",
        "incomplete",
        "failed",
        "failure",
        "fail",
        "declined",
        "decline",
        "canceled",
        "cancelled",
        "cancel",
        "void",
        "voided",
        "rejected",
        "pending",
        "processing",
        "hold",
        "held",
        "blocked",
        "open",
        "unclaimed",
        "uncaptured",
        "not",
        "waiting",
        "draft",
        "scheduled",
        "requires",
        "abandoned",
        "error",
        "removed",
    ];
    let text = readable(text);
    let words = Words::of(&text);
    if words.0.is_empty() {
        State::Paid
    } else if words.has(&UNPAID) {
        State::Unpaid
    } else if words.has(&["partially", "partial"]) {
        if words.begins("refund") { State::PartlyGivenBack } else { State::Unclear }
    } else if words.has(&["refunded", "refund", "reversed", "chargeback", "disputed", "dispute", "returned"])
        || words.has_pair("charged", &["back"])
    {
        State::GivenBack
    } else if words.has(&PAID) {
        State::Paid
    } else {
        State::Unclear
    }
}

/// Words of a text in lower case, without punctuation.
struct Words<'a>(Vec<&'a str>);

impl<'a> Words<'a> {
    fn of(lower_case: &'a str) -> Self {
        Self(lower_case.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect())
    }

    fn position(&self, known: &[&str]) -> Option<usize> {
        self.0.iter().position(|word| known.contains(word))
    }

    fn has(&self, known: &[&str]) -> bool {
        self.position(known).is_some()
    }

    fn has_pair(&self, first: &str, second: &[&str]) -> bool {
        self.0.windows(2).any(|pair| pair[0] == first && second.contains(&pair[1]))
    }

    fn first_is(&self, known: &[&str]) -> bool {
        self.0.first().is_some_and(|word| known.contains(word))
    }

    fn begins(&self, stem: &str) -> bool {
        self.0.iter().any(|word| word.starts_with(stem))
    }

    /// Reads a transaction with the word "fee" at `fee`: a cost, a cost that is given back ("fee refund", "refund of a fee"), or what a fan pays.
    fn fee(&self, fee: usize) -> Meaning {
        const COSTS: [&str; 26] = [
            "platform",
            "processing",
            "service",
            "payout",
            "payouts",
            "withdrawal",
            "refund",
            "chargeback",
            "dispute",
            "transaction",
            "bank",
            "transfer",
            "wire",
            "network",
            "conversion",
            "currency",
            "application",
            "stripe",
            "paypal",
            "gumroad",
            "patreon",
            "onlyfans",
            "fansly",
            "fanvue",
            "monthly",
            "account",
        ];
        let given_back = self.position(&["refund", "refunds", "refunded"]).or(self.position(&REVERSALS));
        let is_given_back = given_back.is_some_and(|at| at > fee || self.0[at + 1..fee].contains(&"of"));
        if is_given_back {
            return Meaning::Transaction(EarningKind::Fee, Direction::In);
        }
        match self.kind() {
            EarningKind::Other if self.0.len() == 1 || self.has(&COSTS) => Meaning::Transaction(EarningKind::Fee, Direction::Out),
            EarningKind::Other => Meaning::Transaction(EarningKind::Other, Direction::Unclear),
            kind => Meaning::Transaction(kind, Direction::In),
        }
    }

    fn kind(&self) -> EarningKind {
        let begins = |stem: &str| self.begins(stem);
        if begins("renew") || begins("rebill") || self.has(&["recurring"]) {
            EarningKind::Renewal
        } else if begins("subscri") {
            EarningKind::Subscription
        } else if self.has(&["tip", "tips"]) {
            EarningKind::Tip
        } else if begins("message") || self.has(&["ppv"]) {
            EarningKind::Message
        } else if self.has(&["post", "posts"]) {
            EarningKind::Post
        } else if self.has(&["stream", "streams", "livestream"]) {
            EarningKind::Stream
        } else if self.has(&["referral", "referrals"]) {
            EarningKind::Referral
        } else {
            EarningKind::Other
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn directions_are_said_by_whole_words() {
        for (text, expected) in [
            ("Refund", Direction::Out),
            ("Refund - cancelled subscription", Direction::Out),
            ("Cancelled order refund", Direction::Out),
            ("Canceled - Refunded", Direction::Out),
            ("Refund reversed", Direction::In),
            ("Chargeback", Direction::Out),
            ("Charge-back", Direction::Out),
            ("Charged back", Direction::Out),
            ("Charge back", Direction::Out),
            ("Dispute", Direction::Unclear),
            ("Dispute lost", Direction::Out),
            ("Dispute won", Direction::In),
            ("Chargeback won", Direction::In),
            ("Chargeback lost", Direction::Out),
            ("Chargeback fee", Direction::Out),
            ("Refund fee", Direction::Out),
            ("Fee refund", Direction::In),
            ("Fee Reversal", Direction::In),
            ("Refund failure", Direction::In),
            ("refund_failure", Direction::In),
            ("Reversal", Direction::Out),
            ("Reversed", Direction::Out),
            ("Payment reversal", Direction::Out),
            ("Returned", Direction::Out),
            ("Clawback", Direction::Out),
            ("Money back", Direction::Out),
            ("Referral", Direction::In),
            ("Withdrawal fee", Direction::Out),
            ("Payout Fee", Direction::Out),
            ("Bank transfer from fan", Direction::Unclear),
            ("Transfer", Direction::Unclear),
            ("Subscription fee", Direction::In),
            ("Referral fee", Direction::In),
            ("Tip (no fee)", Direction::In),
            ("Membership fee", Direction::Unclear),
            ("stripe_fee", Direction::Out),
            ("Fee", Direction::Out),
            ("Refund of platform fee", Direction::In),
            ("Reversal of a fee", Direction::In),
            ("TipRefund", Direction::Out),
            ("Refund cancelled", Direction::Unclear),
            ("Tip from Dr Refund", Direction::In),
            ("Debit card payment", Direction::In),
            ("Credit", Direction::In),
            ("Debit", Direction::Out),
            ("DR", Direction::Out),
            ("Tip from fan", Direction::In),
            ("", Direction::In),
        ] {
            assert!(matches!(meaning_of(text), Meaning::Transaction(_, found) if found == expected), "{text}: {:?}", meaning_of(text));
        }
        for text in [
            "Payout",
            "PayPal Payouts",
            "General Withdrawal",
            "Payout reversal",
            "Account Hold for Open Authorization",
            "Total",
            "Grand total",
        ] {
            assert_eq!(meaning_of(text), Meaning::NoEarning, "{text}");
        }
    }

    #[test]
    fn kinds_are_whole_words() {
        let kind = |text| match meaning_of(text) {
            Meaning::Transaction(kind, _) => kind,
            Meaning::NoEarning => panic!("{text}"),
        };
        assert_eq!(kind("Recurring subscription from Fan Two"), EarningKind::Renewal);
        assert_eq!(kind("Payment for message from X"), EarningKind::Message);
        assert_eq!(kind("multiple items"), EarningKind::Other, "no tip");
        assert_eq!(kind("postage"), EarningKind::Other, "no post");
        assert_eq!(kind("Fee refund"), EarningKind::Fee);
    }

    #[test]
    fn only_states_that_say_so_mean_that_money_came() {
        for (text, expected) in [
            ("", State::Paid),
            ("Completed", State::Paid),
            ("paid", State::Paid),
            ("succeeded", State::Paid),
            ("unpaid", State::Unpaid),
            ("Denied", State::Unpaid),
            ("Expired", State::Unpaid),
            ("incomplete", State::Unpaid),
            ("Not completed", State::Unpaid),
            ("fraud", State::Unpaid),
            ("Pending", State::Unpaid),
            ("Refunded", State::GivenBack),
            ("Charged back", State::GivenBack),
            ("Partially Refunded", State::PartlyGivenBack),
            ("Partially paid", State::Unclear),
            ("Zurückgestellt", State::Unclear),
        ] {
            assert_eq!(state_of(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn case_and_blanks_change_no_meaning(
            text in prop::sample::select(vec!["refund", "charge back", "dispute won", "tip", "transfer", "payout fee", "grand total", "money back"]),
            state in prop::sample::select(vec!["paid", "unpaid", "partially refunded", "refunded", "in review", "denied", "completed", "incomplete"]),
            blanks in "[ \t]{0,3}",
            written in 0..3_usize,
        ) {
            let spell = |text: &str| {
                let text = match written {
                    0 => text.to_uppercase(),
                    1 => text.split(' ').map(|word| format!("{}{}", word[..1].to_uppercase(), &word[1..])).collect::<Vec<_>>().join(" "),
                    _ => text.to_owned(),
                };
                format!("{blanks}{text}{blanks}")
            };
            prop_assert_eq!(meaning_of(&spell(text)), meaning_of(text));
            prop_assert_eq!(state_of(&spell(state)), state_of(state));
        }
    }
}
