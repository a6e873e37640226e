mod cases;
mod partner;
pub mod statements;
