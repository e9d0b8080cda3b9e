//! Exports the full Telegram contact list, people without an account included, to Parquet and CSV
