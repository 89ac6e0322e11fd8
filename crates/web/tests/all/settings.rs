//! The person's own settings.

use crate::world::World;
use serde_json::json;

#[tokio::test]
async fn they_are_read_and_merged() {
    let world = World::new();
    let before = world.get("/api/settings").await.ok();
    assert_eq!(before["display_name"], json!(null));
    let patch = json!({ "display_name": "Ana", "time_zone": "Asia/Karachi", "quiet_hours": { "from": 1320 } });
    let after = world.patch("/api/settings", patch).await.ok();
    let mut expected = before;
    expected["display_name"] = json!("Ana");
    expected["time_zone"] = json!("Asia/Karachi");
    expected["quiet_hours"]["from"] = json!(1320);
    assert_eq!(after, expected);
    assert_eq!(world.get("/api/settings").await.ok(), expected);
    assert_eq!(world.get("/api/settings?user=bob").await.ok()["display_name"], json!(null));

    let cleared = world.patch("/api/settings", json!({ "display_name": null })).await.ok();
    assert_eq!(cleared["display_name"], json!(null));
    assert_eq!(cleared["time_zone"], "Asia/Karachi");
}

#[tokio::test]
async fn everything_wrong_is_named_and_nothing_is_changed() {
    let world = World::new();
    let patch = json!({
        "display_name": "Ana",
        "nickname": "A",
        "age_band": "old",
        "time_zone": "Mars/Base",
        "language": "e",
        "persona": "curious_compagnon",
        "quiet_hours": { "from": 9999, "form": 1 },
        "retention_days": "never",
    });
    let (status, name, detail) = world.patch("/api/settings", patch).await.problem();
    assert_eq!((status, name.as_str()), (422, "invalid"));
    for says in [
        "nickname: there is no such setting",
        "age_band: unknown variant `old`, expected one of `unknown`, `minor`, `adult`",
        "time_zone: \"Mars/Base\" is no IANA time zone",
        "language: \"e\" is no language tag",
        "did you mean \"curious_companion\"?",
        "quiet_hours.from: 9999 is no minute of a day",
        "quiet_hours.form: there is no such setting",
        "retention_days: invalid type",
    ] {
        assert!(detail.contains(says), "{detail:?} does not say {says:?}");
    }
    assert_eq!(world.get("/api/settings").await.ok()["display_name"], json!(null));
    world.patch("/api/settings", json!([1])).await.is_problem(422, "invalid", "an object is expected");
}
