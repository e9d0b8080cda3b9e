//! Reads and writes any TL object by its schema, without generated code
