//! `[agent]`: what the AI may do everywhere.

use std::time::Duration;

use super::{Brakes, Budgets};

/// `[agent]`: what the AI may do everywhere.
#[derive(Debug, Clone)]
pub struct Agent {
    /// `quiet_period_secs`: how long a conversation must be quiet before it is answered. Default 20.
    pub quiet_period: Duration,
    /// `level_min`: the level a mail needs to be answered by the AI. Default 2.
    pub level_min: crate::types::Level,
    /// `disclosure`: the line saying that an AI wrote it. Default on (S-28).
    pub disclosure: bool,
    /// `code_valid_minutes`: how long a one-time code is taken. Default 60.
    pub code_valid: Duration,
    /// `tags`: with which a model may tag conversations. Default: none.
    pub tags: Vec<String>,
    /// What keeps it from writing too much (S-09, S-11).
    pub brakes: Brakes,
    /// The most that its thinking may take.
    pub budgets: Budgets,
    /// `keep_prompts_days`: how long the texts of prompts are kept beside the journal. Default 0: their hashes only.
    pub keep_prompts_days: u32,
    /// `concurrency`: conversations thought about at once. Default 4.
    pub concurrency: usize,
}

impl Default for Agent {
    fn default() -> Self {
        Self {
            quiet_period: Duration::from_secs(20),
            level_min: crate::types::Level::Vouched,
            disclosure: true,
            code_valid: Duration::from_secs(3600),
            tags: Vec::new(),
            brakes: Brakes::default(),
            budgets: Budgets::default(),
            keep_prompts_days: 0,
            concurrency: 4,
        }
    }
}
