//! The Telegram address book: saved contacts, contacts and statuses joined into one list
