//! Files as the programs write them; where their forms come from stands beside each.

use proptest::prelude::*;

use super::*;

fn people(text: &str) -> Vec<(String, String, String)> {
    let file = parse(text.as_bytes()).unwrap();
    file.people.into_iter().map(|person| (person.phone, person.first_name, person.last_name)).collect()
}

fn row(phone: &str, first: &str, last: &str) -> (String, String, String) {
    (phone.to_owned(), first.to_owned(), last.to_owned())
}

/// The header that contacts.google.com writes since 2024.
const GOOGLE: &str = "First Name,Middle Name,Last Name,Phonetic First Name,Notes,Labels,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value\r\n\
    Ann,,Lee,,a note,* myContacts,Mobile,+1 212-555-0123 ::: +44 20 7183 8750,Work,030 1234\r\n";
/// The one before it.
const GOOGLE_OLD: &str = "Name,Given Name,Additional Name,Family Name,Notes,Phone 1 - Type,Phone 1 - Value\n\
    Ann Lee,Ann,,Lee,,Mobile,+12125550123\nOnly Name,,,,,Mobile,+12125550124\nNobody,No,,Body,,,\n";
/// outlook.live.com, People, Export.
const OUTLOOK: &str = "First Name,Middle Name,Last Name,Company,Home Phone,Mobile Phone,Business Phone,Notes\r\n\
    Ann,,Lee,,+442071838750,+1 (212) 555-0123,,\r\n,,,ACME,,,+4930123,\r\n";

#[test]
fn google_has_several_numbers_in_a_cell_and_in_a_row() {
    let expected =
        [row("+12125550123", "Ann", "Lee"), row("+442071838750", "Ann", "Lee"), row("0301234", "Ann", "Lee")];
    assert_eq!(people(GOOGLE), expected);
    assert_eq!(parse(GOOGLE.as_bytes()).unwrap().people[0].note.as_deref(), Some("a note"));
}

#[test]
fn googles_old_header_has_whole_names_and_people_without_a_number_are_counted() {
    assert_eq!(people(GOOGLE_OLD), [row("+12125550123", "Ann", "Lee"), row("+12125550124", "Only Name", "")]);
    assert_eq!(parse(GOOGLE_OLD.as_bytes()).unwrap().without_number, 1);
}

#[test]
fn outlook_has_a_column_for_each_kind_of_number_and_companies() {
    let expected =
        [row("+442071838750", "Ann", "Lee"), row("+12125550123", "Ann", "Lee"), row("+4930123", "ACME", "")];
    assert_eq!(people(OUTLOOK), expected);
}

#[test]
fn semicolons_tabs_and_utf_16_are_read_too() {
    for delimiter in [";", "\t"] {
        let text = GOOGLE_OLD.replace(',', delimiter);
        assert_eq!(people(&text), people(GOOGLE_OLD));
        let marked = std::iter::once(0xfeff).chain(text.encode_utf16());
        let little = marked.clone().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let big = marked.flat_map(u16::to_be_bytes).collect::<Vec<_>>();
        for bytes in [little, big] {
            assert_eq!(parse(&bytes).unwrap().people.len(), 2);
        }
    }
    assert_eq!(people(&format!("\u{feff}{GOOGLE_OLD}")), people(GOOGLE_OLD));
}

#[test]
fn our_own_file_gives_back_saved_names_and_numbers() {
    let text = "row_id,saved_phone,user_phone,saved_first_name,saved_last_name,first_name,last_name\r\n\
        p,12125550123,,Ann,Lee,,\r\nu,,442071838750,,,Bob,Ray\r\nb,12125550124,12125550124,Saved,,Own,\r\nn,,,,,No,Number\r\n";
    let expected = [
        row("12125550123", "Ann", "Lee"),
        row("442071838750", "Bob", "Ray"),
        row("12125550124", "Saved", ""),
    ];
    assert_eq!(people(text), expected);
}

#[test]
fn the_guard_of_excel_is_taken_off() {
    let text = "saved_phone,saved_first_name\n'+12125550123,'=1+1\n";
    assert_eq!(people(text), [row("+12125550123", "=1+1", "")]);
}

/// RFC 6350 (4.0), RFC 2426 (3.0), and the quoted-printable of 2.1 as old phones write it.
#[test]
fn cards_of_every_version_are_read() {
    let cards = "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=BC=\r\nrgen;;;\r\n\
        TEL;CELL:+49 170 1234567\r\nTEL;HOME:030 123\r\nEND:VCARD\r\n\
        BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;X\r\nTEL:55501\r\nEND:VCARD\r\n\
        BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann \\, B\r\nN:B\\;x;Ann;Mid;Dr.;\r\nTEL;TYPE=CELL:+4917\r\nEND:VCARD\r\n\r\n\
        BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Only Fn\r\nTEL;VALUE=uri:tel:+1-212-555-0123;ext=5\r\nEND:VCARD\r\n";
    let expected = [
        row("+491701234567", "Jürgen", "Müller"),
        row("030123", "Jürgen", "Müller"),
        row("55501", "X", "Müller"),
        row("+4917", "Ann", "B;x"),
        row("+12125550123", "Only Fn", ""),
    ];
    assert_eq!(people(cards), expected);
}

#[test]
fn a_number_comes_once() {
    let text = "saved_phone,saved_first_name\n+1 2,A\n+12,B\n";
    let file = parse(text.as_bytes()).unwrap();
    assert_eq!((file.people.len(), file.repeated), (1, 1));
}

#[test]
fn what_is_no_list_of_people_is_refused() {
    assert!(matches!(parse(b"a,b\n1,2\n"), Err(PeopleFileError::UnknownForm)));
    assert!(matches!(parse(b"\xff\xfea"), Err(PeopleFileError::Encoding)));
    assert!(matches!(parse(b"caf\xe9"), Err(PeopleFileError::Encoding)));
    assert!(matches!(parse(b""), Err(PeopleFileError::UnknownForm)));
    assert!(matches!(parse(b"BEGIN:VCARD\nVERSION:3.0\nFN:A\n"), Err(PeopleFileError::Card { card: 1 })));
    assert!(matches!(read(Path::new("/nonexistent"), None), Err(PeopleFileError::Io { .. })));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _outcome = parse(&bytes).is_ok();
        let card = [b"BEGIN:VCARD\n", bytes.as_slice(), b"\nEND:VCARD\n"].concat();
        let _outcome = parse(&card).is_ok();
        let table = [b"saved_phone,saved_first_name\n", bytes.as_slice()].concat();
        let _outcome = parse(&table).is_ok();
    }
}
