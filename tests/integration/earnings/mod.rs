mod partner;
mod statements;
