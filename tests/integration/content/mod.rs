mod captions;
mod drafts;
