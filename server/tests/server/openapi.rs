//! The OpenAPI document that is checked in is the one that the code makes.

use std::fs;

#[test]
fn the_checked_in_document_is_of_this_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let made = vexil_server::api::openapi() + "\n";
    if std::env::var_os("VEXIL_BLESS").is_some() {
        fs::write(path, &made).unwrap();
    }
    let known = fs::read_to_string(path).unwrap_or_default();
    assert!(known == made, "the API has changed: run `cargo xtask bless`, and look at the difference");
    assert!(made.contains("\"openapi\": \"3.1.0\""));
}
