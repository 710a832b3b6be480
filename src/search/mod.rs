//! Words, contacts and names of files, found in conversations. The index of it lies in `DATA/search`, is made from the store
//! and may be deleted.
