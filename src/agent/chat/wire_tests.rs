//! What is written to and read from a model's server.

use super::*;

fn wish<'a>(messages: &'a [Message], offers: &'a [Offer]) -> Wish<'a> {
    Wish { messages, offers, shape: Shape::Answer, output_tokens_max: 100, temperature: 0.5 }
}

fn offer() -> Offer {
    Offer { name: "look".into(), description: "Looks.".into(), parameters: json!({"type": "object"}) }
}

#[test]
fn a_request_has_what_is_asked_and_leaves_out_what_the_server_does_not_take() {
    let call = Call { id: "1".into(), function: Function { name: "look".into(), arguments: "{}".into() } };
    let messages = [
        Message::System("s".into()),
        Message::User("u".into()),
        Message::Assistant { content: String::new(), calls: vec![call] },
        Message::Tool { id: "1".into(), content: "t".into() },
    ];
    let offers = [offer()];

    let body = request("m", &wish(&messages, &offers), LeftOut::default());
    assert_eq!((&body["model"], &body["max_tokens"], &body["temperature"]), (&json!("m"), &json!(100), &json!(0.5)));
    assert_eq!(body["response_format"]["json_schema"]["strict"], json!(true));
    assert_eq!(body["tools"][0]["function"]["name"], json!("look"));
    let roles: Vec<&Value> = body["messages"].as_array().unwrap().iter().map(|message| &message["role"]).collect();
    assert_eq!(roles, ["system", "user", "assistant", "tool"]);
    assert_eq!(body["messages"][2]["tool_calls"][0]["function"]["arguments"], json!("{}"));
    assert_eq!((&body["messages"][2]["content"], &body["messages"][3]["tool_call_id"]), (&Value::Null, &json!("1")));

    let older = LeftOut { format: Format::JsonObject, ..LeftOut::default() };
    let format = &request("m", &wish(&messages, &offers), older)["response_format"];
    assert_eq!((&format["type"], &format["schema"]["type"]), (&json!("json_object"), &json!("object")));

    let all = LeftOut { format: Format::Unsaid, tools: true, temperature: true, max_tokens: true };
    let body = request("m", &wish(&messages, &offers), all);
    for gone in ["response_format", "tools", "temperature", "max_tokens"] {
        assert_eq!(body.get(gone), None, "{gone}");
    }
    assert_eq!(body["max_completion_tokens"], json!(100));
}

#[test]
fn a_complaint_says_what_to_leave_out_once() {
    let (messages, offers) = ([Message::User("u".into())], [offer()]);
    let (wish, without) = (wish(&messages, &offers), wish(&messages, &[]));
    let none = LeftOut::default();
    let openai = br#"{"error":{"message":"Invalid parameter: 'response_format' of type 'json_schema'","param":"response_format","code":null}}"#;
    let next = none.after(&complaint(openai).words, &wish).unwrap();
    assert_eq!(next, LeftOut { format: Format::JsonObject, ..none });
    let next = next.after(&complaint(openai).words, &wish).unwrap();
    assert_eq!(next, LeftOut { format: Format::Unsaid, ..none });
    assert_eq!(next.after(&complaint(openai).words, &wish), None, "it is left out already");
    let newer = br#"{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."}}"#;
    assert_eq!(none.after(&complaint(newer).words, &wish), Some(LeftOut { max_tokens: true, ..none }));
    let fastapi =
        br#"{"detail":[{"loc":["body","tools"],"msg":"Extra inputs are not permitted","input":"temperature"}]}"#;
    assert_eq!(none.after(&complaint(fastapi).words, &wish), Some(LeftOut { tools: true, ..none }));
    assert_eq!(none.after(&complaint(fastapi).words, &without), None, "no tools were sent");
    assert_eq!(complaint(b"<html>"), Complaint::default());
}

#[test]
fn a_code_is_one_plain_word() {
    let code = |body: &[u8]| complaint(body).code;
    assert_eq!(code(br#"{"error":{"code":"model_not_found","message":"x"}}"#).as_deref(), Some("model_not_found"));
    assert_eq!(
        code(br#"{"error":{"code":null,"type":"invalid_request_error"}}"#).as_deref(),
        Some("invalid_request_error")
    );
    assert_eq!(code(br#"{"error":{"code":"Dear Ada, your order"}}"#), None);
}

#[test]
fn an_answer_is_read() {
    let body =
        br#"{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],
        "usage":{"prompt_tokens":7,"completion_tokens":2,"total_tokens":9}}"#;
    let tokens = Tokens { input: 7, output: 2 };
    assert_eq!(reply(body), Ok(Reply { content: "hi".into(), tokens, ..Reply::default() }));
    let body = br#"{"choices":[{"message":{"content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"look","arguments":"{}"}}]}}]}"#;
    let read = reply(body).unwrap();
    assert_eq!((read.calls[0].function.name.as_str(), read.content.as_str()), ("look", ""));
    assert!(reply(br#"{"choices":[{"message":{"content":"x"},"finish_reason":"length"}]}"#).unwrap().is_cut);
    assert!(reply(br#"{"choices":[{"message":{"content":"x","refusal":"no"}}]}"#).unwrap().is_withheld);
}

#[test]
fn what_is_no_answer_is_told() {
    for (body, words) in [
        (&b""[..], "not JSON"),
        (b"{\"choices\":[{\"mess", "only half"),
        (b"[]", "not the JSON of a chat completion"),
        (b"{\"choices\":{}}", "not the JSON of a chat completion"),
        (b"{\"choices\":[]}", "no choices"),
        (b"{\"choices\":[{\"message\":{\"content\":5}}]}", "not the JSON of a chat completion"),
        (b"{\"choices\":[{\"message\":{\"tool_calls\":[{}]}}]}", "not the JSON of a chat completion"),
    ] {
        let wrong = reply(body).unwrap_err();
        assert!(wrong.contains(words), "{}: {wrong}", String::from_utf8_lossy(body));
    }
    let long = format!(
        r#"{{"choices":[{{"message":{{"tool_calls":[{{"id":"1","function":{{"name":"x","arguments":"{}"}}}}]}}}}]}}"#,
        " ".repeat(ARGUMENTS_OCTETS_MAX + 1)
    );
    assert!(reply(long.as_bytes()).unwrap_err().contains("too great a length"));
}
