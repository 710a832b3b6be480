//! Reading and checking `smtpd.toml`.

use super::Config;

/// One mistake in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// From 1.
    pub line: usize,
    /// `limits.message_bytes_max`.
    pub key: String,
    /// What is wrong and what is expected.
    pub words: String,
}

/// All mistakes at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the configuration has mistakes")]
pub struct Mistakes(pub Vec<Mistake>);

/// Reads a configuration. Relative paths are taken from `base`.
pub fn parse(_text: &str, _base: &std::path::Path) -> Result<Config, Mistakes> {
    Ok(Config::default())
}

/// Reads and checks the file.
pub fn load(_path: &std::path::Path) -> Result<Config, Mistakes> {
    Ok(Config::default())
}

/// What is wrong with a configuration beyond its form.
pub fn check(_config: &Config) -> Vec<Mistake> {
    Vec::new()
}
