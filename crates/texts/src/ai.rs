//! Agents, operations, and why AI gives no answer.

use huntaze_domain::ai::{AgentKind, AiRefusal, Operation};

use crate::{Text, errors, texts};

texts! {
    AgentKind {
        Content => "Content";
        Analytics => "Analytics";
        Sales => "Sales";
        Messaging => "Messaging";
        Coordinator => "Coordinator";
    }
}

texts! {
    Operation {
        Caption => "Captions";
        Chat => "Assistant";
        Analyze => "Analysis";
        Optimize => "Sales strategy";
    }
}

/// Sentence on why AI gives no answer; `retry_after` is the number of seconds until it is worth trying again, if it is known.
pub fn refusal(refusal: AiRefusal, retry_after: Option<u32>) -> String {
    let sentence = match refusal {
        AiRefusal::RateLimited => return retry_after.map_or_else(|| refusal.code().text().to_owned(), errors::rate_limited),
        AiRefusal::ModelBusy => {
            let when = retry_after.map_or("in a minute".to_owned(), |seconds| format!("in {seconds} s"));
            return format!("The AI is busy. Try again {when}. This request was not counted.");
        }
        AiRefusal::NotConfigured => "AI is not set up here yet.",
        AiRefusal::UserCap => "Your AI has cost as much this month as you allow. You can change that in the settings.",
        AiRefusal::CostLimit => "Your AI has reached this month's limit of cost. It renews on the first of the next one.",
        AiRefusal::Misconfigured => "AI is not available right now. This request was not counted.",
        AiRefusal::InvalidResponse => "The AI gave no answer that we could use. Try again. This request was not counted.",
        AiRefusal::Interrupted => "Huntaze was restarted while this was written. Ask again. This request was not counted.",
        AiRefusal::AnswerInProgress => "An answer is being written here. Wait for it, or stop it.",
        AiRefusal::StaleConversation => "This conversation went on elsewhere. Look at what is new in it, and ask again.",
        AiRefusal::TooLong => "This conversation is long. Begin a new one.",
        AiRefusal::RequestQuota | AiRefusal::Blocked | AiRefusal::NotFound | AiRefusal::Internal => refusal.code().text(),
    };
    sentence.to_owned()
}

/// Stands in an answer that was being generated when the process ended.
pub const INTERRUPTED: &str = "The answer broke off. Ask again. This request was not counted.";
