//! JSON that an exporter cut after a fixed number of characters.

/// Returns the values before the cut as valid JSON, or `None` if there are none. A value that is
/// cut itself is left out, because its rest is unknown.
pub(crate) fn before_the_cut(json: &str) -> Option<String> {
    let mut open = Vec::new();
    let mut end = 0;
    let (mut in_text, mut escaped) = (false, false);
    for (at, byte) in json.bytes().enumerate() {
        if in_text {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_text = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_text = true,
            b'{' | b'[' => {
                open.push(if byte == b'{' { '}' } else { ']' });
                end = at + 1;
            }
            b'}' | b']' => {
                open.pop();
                end = at + 1;
            }
            b',' => end = at,
            _ => {}
        }
    }
    if end == 0 || open.is_empty() {
        return None;
    }
    let mut closed = json[..end].to_string();
    closed.extend(open.iter().rev());
    Some(closed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_before_the_cut_remain_and_the_cut_one_is_left_out() {
        for (cut, expected) in [
            (r#"{"a":1,"b":"tru"#, r#"{"a":1}"#),
            (r#"{"a":1,"b":{"c":t"#, r#"{"a":1,"b":{}}"#),
            (
                r#"{"a":[{"b":"]}"},{"c":1,"d"#,
                r#"{"a":[{"b":"]}"},{"c":1}]}"#,
            ),
            (r#"{"a":"\""#, "{}"),
        ] {
            assert_eq!(before_the_cut(cut).as_deref(), Some(expected), "{cut}");
        }
        assert_eq!(before_the_cut("text"), None);
        assert_eq!(before_the_cut(r#"{"a":1}"#), None);
    }
}
