//! Upload of a statement: the file is stored in chunks as it arrives.

use chrono::TimeDelta;
use huntaze_domain::{
    earnings::{
        AnswerInput, EarningsConflict, StatementFileError, StatementQuestion, StatementState,
        statement::{ColumnMapping, MAX_FILE_BYTES, detect_delimiter, infer_mapping},
    },
    ids::{StatementId, UserId},
    text::clean_line,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    EarningsError, find,
    parse_summary::summarize,
    table_header::{DetectedHeader, detect_header, layout_hash},
    text_decoder::TextDecoder,
};
use crate::{
    Core,
    db::{
        self, DbError,
        earnings::statements::{NewStatement, Statement, UploadedFile},
    },
    error::chain,
};

/// Size of a stored chunk in bytes.
const CHUNK_BYTES: usize = 256 * 1024;
/// Maximum length of a file name in characters; longer names are truncated.
const MAX_FILE_NAME_CHARS: usize = 120;
/// Maximum number of statements of a user that are not imported yet.
const MAX_PENDING_STATEMENTS: i64 = 20;
/// Timeout of an upload.
pub const UPLOAD_TIMEOUT: TimeDelta = TimeDelta::hours(1);

/// An upload in progress.
pub struct Upload {
    core: Core,
    user_id: UserId,
    id: StatementId,
    pending: Vec<u8>,
    /// The first chunk.
    beginning: Vec<u8>,
    chunk_count: i32,
    bytes: u64,
    hash: Sha256,
    decoder: TextDecoder,
}

impl Upload {
    /// Starts an upload.
    ///
    /// # Errors
    /// Returns [`EarningsError::Conflict`] if the user has too many statements that are not imported.
    pub async fn begin(core: &Core, user_id: UserId, file_name: &str) -> Result<Self, EarningsError> {
        // Some browsers send the whole path.
        let name = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
        let name: String = clean_line(name).chars().take(MAX_FILE_NAME_CHARS).collect();
        let name = if name.trim().is_empty() { "statement.csv" } else { name.trim() };
        let id = StatementId::from(Uuid::now_v7());
        let new = NewStatement { id, user_id, file_name: name };
        let now = core.clock.now();
        let mut tx = db::begin(&core.db).await?;
        db::earnings::statements::lock_uploads(&mut *tx, user_id).await?;
        if db::earnings::statements::count_pending(&mut *tx, user_id, now - UPLOAD_TIMEOUT).await? >= MAX_PENDING_STATEMENTS {
            return Err(EarningsError::Conflict(EarningsConflict::TooManyStatements));
        }
        db::earnings::statements::insert(&mut *tx, &new, now).await?;
        tx.commit().await?;
        let (pending, beginning) = (Vec::with_capacity(CHUNK_BYTES), Vec::new());
        Ok(Self {
            core: core.clone(),
            user_id,
            id,
            pending,
            beginning,
            chunk_count: 0,
            bytes: 0,
            hash: Sha256::new(),
            decoder: TextDecoder::default(),
        })
    }

    /// Appends bytes to the file; stores them once a chunk is full.
    ///
    /// # Errors
    /// The file is too large.
    pub async fn push(&mut self, mut bytes: &[u8]) -> Result<(), EarningsError> {
        self.bytes += bytes.len() as u64;
        if self.bytes > MAX_FILE_BYTES {
            return Err(EarningsError::TooLarge);
        }
        self.hash.update(bytes);
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK_BYTES - self.pending.len()));
            self.pending.extend_from_slice(now);
            bytes = later;
            if self.pending.len() == CHUNK_BYTES {
                self.store(false).await?;
            }
        }
        Ok(())
    }

    /// Completes the upload: determines the column mapping, remembered or inferred, and parses the file. Returns the id of the statement.
    /// Deletes the statement on errors.
    ///
    /// # Errors
    /// Returns [`EarningsError::InvalidFile`] if the file is not a CSV table.
    pub async fn finish(mut self) -> Result<StatementId, EarningsError> {
        self.store(true).await?;
        let outcome = self.analyze().await;
        if outcome.is_err() {
            self.abort().await;
        }
        outcome
    }

    /// Aborts the upload and deletes what was stored of it.
    pub async fn abort(self) {
        if let Err(error) = db::earnings::statements::delete(&self.core.db, self.id).await {
            // The cleanup job deletes it later.
            tracing::error!(error = chain(&error), "failed to delete aborted upload");
        }
    }

    async fn store(&mut self, is_last: bool) -> Result<(), EarningsError> {
        let chunk = self.decoder.decode(&self.pending, is_last);
        self.pending.clear();
        if chunk.is_empty() {
            return Ok(());
        }
        db::earnings::statements::insert_chunk(&self.core.db, self.id, self.chunk_count, &chunk).await?;
        if self.chunk_count == 0 {
            self.beginning = chunk;
        }
        self.chunk_count += 1;
        Ok(())
    }

    async fn analyze(&self) -> Result<StatementId, EarningsError> {
        check_beginning(&self.beginning)?;
        let delimiter = detect_delimiter(&self.beginning);
        let table = detect_header(&self.beginning, delimiter)?;
        let db = &self.core.db;
        let mapping = mapping_of(&self.core, self.user_id, &table).await?;
        let (file_hash, preamble_records) = (self.hash.clone().finalize(), table.preamble_records);
        let file = UploadedFile { file_hash: &file_hash, header: &table.header, delimiter, preamble_records, mapping: &mapping };
        let statement = db::earnings::statements::set_uploaded(db, self.id, &file).await?;
        analyze_rows(&self.core, statement, None).await?;
        Ok(self.id)
    }
}

/// Returns the mapping that the user chose for an earlier table of this layout, or else infers one. The columns of a layout are remembered; how its
/// amounts and dates are written is read from each file, as far as it shows.
async fn mapping_of(core: &Core, user_id: UserId, table: &DetectedHeader) -> Result<ColumnMapping, DbError> {
    let inferred = infer_mapping(&table.header, &table.rows, db::onboarding::find(&core.db, user_id).await?.currency);
    let Some(remembered) = db::earnings::column_mappings::find(&core.db, user_id, &layout_hash(table)).await? else { return Ok(inferred) };
    // Without names, the file may come from somewhere else.
    let currency = if table.has_names() { remembered.currency } else { inferred.currency };
    let mut mapping = ColumnMapping { currency, is_remembered: true, ..remembered };
    mapping.read_notation(&table.rows);
    Ok(mapping)
}

/// Parses all rows with the mapping of the statement, and stores it with what the whole file proves and the first rows did not.
/// Nothing is stored if the mapping is no longer `before`.
async fn analyze_rows(core: &Core, mut statement: Statement, before: Option<&ColumnMapping>) -> Result<(), EarningsError> {
    let mut seen = summarize(core, &statement).await?;
    let known = &mut statement.mapping;
    let order = seen.date_orders.inferred().unwrap_or(known.date_order);
    if (order, seen.facts) != (known.date_order, known.facts) {
        (known.date_order, known.facts) = (order, seen.facts);
        seen = summarize(core, &statement).await?;
    }
    if db::earnings::statements::set_mapping(&core.db, &statement, &seen, before).await? {
        Ok(())
    } else {
        Err(EarningsError::Conflict(EarningsConflict::AlreadyImported))
    }
}

/// Forgets the columns that were remembered for the layout of a statement, infers them again, and parses the file again.
///
/// # Errors
/// Returns [`EarningsError::NotFound`], or [`EarningsError::Conflict`] if the statement is already imported.
pub async fn forget_mapping(core: &Core, user_id: UserId, id: &str) -> Result<(), EarningsError> {
    let mut statement = find(core, user_id, id).await?;
    let table = DetectedHeader::of(core, &statement).await?;
    statement.mapping = infer_mapping(&table.header, &table.rows, db::onboarding::find(&core.db, user_id).await?.currency);
    analyze_rows(core, statement, None).await?;
    Ok(db::earnings::column_mappings::delete(&core.db, user_id, &layout_hash(&table)).await?)
}

/// Reads another table of the file of a statement: the one whose header stands below `record` records.
///
/// # Errors
/// Returns [`EarningsError::NotFound`] if no table begins there, or [`EarningsError::Conflict`] if the statement is already imported.
pub async fn choose_table(core: &Core, user_id: UserId, id: &str, record: &str) -> Result<(), EarningsError> {
    let mut statement = find(core, user_id, id).await?;
    let record = record.parse().map_err(|_| EarningsError::NotFound)?;
    if statement.summary.state == StatementState::Imported {
        return Err(EarningsError::Conflict(EarningsConflict::AlreadyImported));
    }
    let table = DetectedHeader::at(core, &statement, record).await?.ok_or(EarningsError::NotFound)?;
    statement.mapping = mapping_of(core, user_id, &table).await?;
    (statement.header, statement.preamble_records) = (table.header, table.preamble_records);
    analyze_rows(core, statement, None).await
}

/// Decides how the rows with an unclear word are read.
///
/// # Errors
/// Returns [`EarningsError::NotFound`], [`EarningsError::InvalidInput`], or [`EarningsError::Conflict`] if the statement is already imported.
pub async fn answer_question(core: &Core, user_id: UserId, input: &AnswerInput) -> Result<(), EarningsError> {
    const ATTEMPTS: u32 = 3;
    let answer = input.parse().map_err(EarningsError::InvalidInput)?;
    let is_asked = |asked: &StatementQuestion| (asked.question, &asked.word) == (answer.question, &answer.word);
    let mut outcome = Ok(());
    // Again if another answer has been stored meanwhile, which would be lost.
    for _ in 0..ATTEMPTS {
        let mut statement = find(core, user_id, &input.id).await?;
        if !statement.summary.parse_summary.questions.iter().any(is_asked) {
            return Err(EarningsError::NotFound);
        }
        let before = statement.mapping.clone();
        statement.mapping.answer(answer.clone());
        let is_open = matches!(statement.summary.state, StatementState::Uploaded | StatementState::Failed);
        outcome = analyze_rows(core, statement, Some(&before)).await;
        if !is_open || !matches!(outcome, Err(EarningsError::Conflict(EarningsConflict::AlreadyImported))) {
            break;
        }
    }
    outcome
}

/// How files begin that are no text: zip (spreadsheets), OLE (old spreadsheets), PDF, PNG, JPEG, GIF, WebP, gzip.
const OTHER_FILES: [&[u8]; 8] = [b"PK", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"\x1f\x8b"];

/// Rejects empty files, other kinds of files, and UTF-16 without a byte order mark, recognized by its NUL bytes.
fn check_beginning(bytes: &[u8]) -> Result<(), EarningsError> {
    if bytes.is_empty() {
        return Err(EarningsError::InvalidFile(StatementFileError::Empty));
    }
    if OTHER_FILES.iter().any(|magic| bytes.starts_with(magic)) {
        return Err(EarningsError::InvalidFile(StatementFileError::NotCsv));
    }
    if bytes.contains(&0) {
        return Err(EarningsError::InvalidFile(StatementFileError::NotUtf8));
    }
    Ok(())
}
