//! Statements: their state, columns, rows, and why they are rejected.

use huntaze_domain::earnings::{
    EarningsConflict, StatementFileError, StatementState,
    statement::{AmountBasis, DateOrder, DecimalSeparator, EarningKind, Reading, RowErrorKind, StatementColumn},
};

use crate::texts;

texts! {
    StatementState {
        Uploading => "Uploading";
        Uploaded => "Not imported yet";
        Queued => "Waiting";
        Importing => "Importing";
        Imported => "Imported";
        Failed => "Failed";
    }
}

texts! {
    StatementColumn {
        Date => "Date";
        Kind => "Type";
        Net => "Net amount (what you get)";
        Gross => "Gross amount (what the fan paid)";
        Fee => "Platform fee";
        Currency => "Currency";
        Description => "Description";
        Reference => "Reference (an id)";
        Payer => "Fan";
        Status => "Status";
    }
}

texts! {
    EarningKind {
        Subscription => "Subscription";
        Renewal => "Renewal";
        Tip => "Tip";
        Message => "Message";
        Post => "Post";
        Stream => "Stream";
        Referral => "Referral";
        Refund => "Refund";
        Chargeback => "Chargeback";
        Fee => "Fee";
        Other => "Other";
    }
}

texts! {
    DecimalSeparator {
        Point => "1,234.56";
        Comma => "1.234,56";
    }
}

texts! {
    DateOrder {
        MonthFirst => "Month first: 01/31/2026";
        DayFirst => "Day first: 31/01/2026";
    }
}

texts! {
    RowErrorKind {
        MissingDate => "There is no date.";
        InvalidDate => "This is not a date.";
        MissingAmount => "There is no amount.";
        InvalidAmount => "This is not an amount.";
        MissingFee => "There is no fee.";
        CurrencyMismatch => "This amount is of another currency.";
        UnknownCurrency => "This currency is not known here.";
        FutureDate => "This date is in the future.";
        RowTooLong => "This row is too long. Perhaps a quotation mark is not closed.";
        TooManyColumns => "This row has more columns than the header.";
        UnclosedQuote => "A quotation mark is not closed: the rows below it cannot be read.";
        UnclearDirection => "This could be money in or out.";
        UnclearStatus => "This does not say whether the money came.";
    }
}

texts! {
    Reading {
        In => "Money in";
        Out => "Money out";
        LeftOut => "Leave out";
    }
}

texts! {
    AmountBasis {
        Net => "Net amounts are counted.";
        GrossLessFee => "Gross amounts less the platform's fee are counted.";
        Gross => "Gross amounts are counted: the file names no fee.";
    }
}

texts! {
    StatementFileError {
        Empty => "The file is empty.";
        NotCsv => "This is not a CSV file. Save or export it as CSV first.";
        NotUtf8 => "This is not text in UTF-8. Save it as CSV (UTF-8) first.";
        NoColumns => "This is not a table with columns. Export your statement as CSV.";
        LineTooLong => "This is not a table: a line of it is too long.";
        TooManyRows => "A statement has at most 200,000 rows. Export a shorter period.";
        NothingReadable => "No row can be read.";
        Missing => "Choose a file.";
        Incomplete => "The file did not arrive whole. Try again.";
    }
}

texts! {
    EarningsConflict {
        AlreadyImported => "This statement is imported already. Undo that first.";
        NothingReadable => "No row can be read like this. Choose the columns first.";
        SameFileImported => "The same file is imported already, or about to be. Undo that first.";
        Busy => "Statements are being imported or undone right now. Try again in a moment.";
        TooManyStatements => "Many statements wait here already. Import or remove some of them first.";
        PartnerNotOffered => "This is not offered here.";
        PartnerRateLimited => "The partner asks us to slow down. Try again in a few minutes.";
        PartnerUnavailable => "The partner does not answer. Try again in a moment.";
        WorkerCrashed => "The worker crashed on every attempt.";
    }
}

/// Error: the file exceeds the size limit of an upload.
pub const FILE_TOO_LARGE: &str = "A statement has at most 32 MB. Export a shorter period.";
