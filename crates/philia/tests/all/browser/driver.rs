//! Just enough WebDriver to drive the page in Chromium: https://www.w3.org/TR/webdriver2/ and ChromeDriver's own
//! commands. A client library would be twenty-six more crates for these few calls.

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long the page may take for anything.
const PATIENCE: Duration = Duration::from_secs(20);
/// The key of an element's reference.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// The code of the Enter key.
pub(crate) const ENTER: &str = "\u{e007}";

/// Flags for a browser that runs as whoever, shows nothing, and talks to nobody by itself.
const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,800",
];

/// A browser with one page. Dropping it closes it.
pub(crate) struct Browser {
    driver: Child,
    port: u16,
    session: String,
    _profile: TempDir,
}

/// Why there is no browser, if there is none.
pub(crate) fn missing() -> Option<&'static str> {
    let runs =
        |program: &str| Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    ["chromium", "chromedriver"].into_iter().find(|program| !runs(program))
}

impl Browser {
    pub(crate) fn start() -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines
            .find_map(|line| line.unwrap().split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok())
            .unwrap();
        std::thread::spawn(move || lines.for_each(drop));

        let profile = TempDir::new().unwrap();
        let mut flags: Vec<String> = FLAGS.iter().map(|flag| (*flag).to_owned()).collect();
        flags.push(format!("--user-data-dir={}", profile.path().display()));
        let mut browser = Self { driver, port, session: String::new(), _profile: profile };
        let asked = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": { "args": flags },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        } } });
        let session = browser.call("POST", "/session", &asked);
        browser.session = format!("/session/{}", session["sessionId"].as_str().unwrap());
        browser
    }

    pub(crate) fn open(&self, url: &str) {
        self.command("POST", "/url", &json!({ "url": url }));
    }

    pub(crate) fn reload(&self) {
        self.command("POST", "/refresh", &json!({}));
    }

    /// Types into an element.
    pub(crate) fn write(&self, css: &str, text: &str) {
        self.on(css, "value", &json!({ "text": text }));
    }

    pub(crate) fn click(&self, css: &str) {
        self.on(css, "click", &json!({}));
    }

    /// The text of an element as it is shown; nothing where there is none.
    pub(crate) fn text(&self, css: &str) -> String {
        let found = self.run("return document.querySelector(arguments[0])?.innerText ?? ''", json!([css]));
        found.as_str().unwrap().to_owned()
    }

    /// How many elements match and are shown.
    pub(crate) fn count(&self, css: &str) -> u64 {
        let script = "return [...document.querySelectorAll(arguments[0])].filter((e) => e.checkVisibility()).length";
        self.run(script, json!([css])).as_u64().unwrap()
    }

    /// What a script returns.
    pub(crate) fn run(&self, script: &str, args: Value) -> Value {
        self.command("POST", "/execute/sync", &json!({ "script": script, "args": args }))
    }

    /// Waits until something holds.
    #[track_caller]
    pub(crate) fn wait(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        while !holds(self) {
            assert!(began.elapsed() < PATIENCE, "{what}: not so on the page:\n{}", self.text("body"));
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until an element is shown with this in its text.
    #[track_caller]
    pub(crate) fn see(&self, css: &str, text: &str) {
        self.wait(&format!("{css} says {text:?}"), |page| page.count(css) > 0 && page.text(css).contains(text));
    }

    /// A screen of this size, as a phone has it.
    pub(crate) fn resize(&self, width: u32, height: u32) {
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 2, "mobile": true });
        self.devtools("Emulation.setDeviceMetricsOverride", &screen);
    }

    /// Takes the network away, or gives it back.
    pub(crate) fn offline(&self, is: bool) {
        self.devtools("Network.enable", &json!({}));
        let conditions = json!({ "offline": is, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.devtools("Network.emulateNetworkConditions", &conditions);
    }

    /// What the page complained of since it was last asked.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let entries = self.command("POST", "/se/log", &json!({ "type": "browser" }));
        entries.as_array().unwrap().iter().map(Value::to_string).collect()
    }

    /// The addresses the page asked for since it was last asked. The browser's own first page is not it.
    pub(crate) fn requests(&self) -> Vec<String> {
        let entries = self.command("POST", "/se/log", &json!({ "type": "performance" }));
        let sent = entries.as_array().unwrap().iter().filter_map(|entry| {
            let entry: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let message = &entry["message"];
            let by = message["params"]["documentURL"].as_str().unwrap_or_default();
            let sent = message["method"] == "Network.requestWillBeSent" && !by.starts_with("chrome:");
            sent.then(|| message["params"]["request"]["url"].as_str().map(str::to_owned))?
        });
        sent.collect()
    }

    fn devtools(&self, method: &str, params: &Value) {
        self.command("POST", "/goog/cdp/execute", &json!({ "cmd": method, "params": params }));
    }

    fn on(&self, css: &str, action: &str, body: &Value) {
        let found = self.command("POST", "/element", &json!({ "using": "css selector", "value": css }));
        let element = found[ELEMENT].as_str().unwrap();
        self.command("POST", &format!("/element/{element}/{action}"), body);
    }

    fn command(&self, method: &str, path: &str, body: &Value) -> Value {
        self.call(method, &format!("{}{path}", self.session), body)
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.ask(method, path, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let value = &answer["value"];
        assert!(value.get("error").is_none(), "{method} {path} {body}: {} {}", value["error"], value["message"]);
        value.clone()
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> std::io::Result<Value> {
        let body = body.to_string();
        let (port, length) = (self.port, body.len());
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(2 * PATIENCE))?;
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: {length}\r\n\r\n{body}")?;
        let mut answer = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            answer.read_line(&mut line)?;
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().map_err(std::io::Error::other)?;
                }
                None if line.trim_end().is_empty() => break,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        answer.read_exact(&mut body)?;
        Ok(serde_json::from_slice(&body)?)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A session that is not ended leaves its browser behind.
        let _ = self.ask("DELETE", &self.session, &json!({}));
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
