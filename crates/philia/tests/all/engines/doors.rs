//! What is one account's is nobody else's, whatever the route and whatever the engine.

// The walks stand where the doors' own tests are.
#[path = "../../../../web/tests/all/isolation.rs"]
mod isolation;
#[path = "../../../../web/tests/all/world.rs"]
#[allow(dead_code, reason = "others of the doors' tests need more of it")]
mod world;

macro_rules! tests {
    ($engine:ident; $($name:ident)*) => {
        mod $engine {
            use philia_companion::accounts::Rates;

            $(
                #[test]
                fn $name() {
                    let walk = async |store| {
                        let world = super::world::World::housed_on(store, Rates::unlimited()).await;
                        // The doors are the same, and were walked through with all names.
                        super::isolation::$name(super::world::World { every: 16, ..world }).await;
                    };
                    crate::engines::over(stringify!($engine), walk);
                }
            )*
        }
    };
}
macro_rules! engines {
    ($($engine:ident)*) => { $( isolation::walks!(tests $engine); )* };
}
super::on_every_engine!(engines);
