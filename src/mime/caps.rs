//! Hard caps before parsing (S-15).
