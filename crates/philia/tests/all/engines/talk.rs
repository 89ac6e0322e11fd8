//! What two people would expect of a conversation, on every engine.

// It stands where the companion's own tests are.
#[path = "../../../../companion/tests/turns/conversation.rs"]
mod conversation;
#[path = "../../../../companion/tests/turns/world.rs"]
#[allow(dead_code, reason = "others of the companion's tests need more of it")]
mod world;

macro_rules! tests {
    ($engine:ident; $($name:ident)*) => {
        mod $engine {
            $(
                #[test]
                fn $name() {
                    let expected = async |store| super::conversation::$name(super::world::World::on(store)).await;
                    crate::engines::over(stringify!($engine), expected);
                }
            )*
        }
    };
}
macro_rules! engines {
    ($($engine:ident)*) => { $( conversation::conversations!(tests $engine); )* };
}
super::on_every_engine!(engines);
