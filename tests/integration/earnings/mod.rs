mod partner;
pub mod statements;
