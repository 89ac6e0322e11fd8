//! Animals.

use super::{Of::*, Row, When::*};

pub(super) const VERBS: &[Row] = &[
    (
        "have|adopt|get|buy|rescue|own|bring|foster",
        r"(?:home )?(?:an?|another|our|my|one) (?:[\p{L}\d-]+ ){0,4}?(?P<a>ANIMAL)(?: \w+ing| mix| cross| puppy| kitten)?,? (?:called |named |by the name of |whose name is )(?P<n>NAME|\p{L}{2,20}$)",
        People,
        Did,
        "pet.{a}.name",
        "{n}",
        0.95,
    ),
    (
        "have|own",
        r"(?:an?|another|one) (?:[\p{L}\d-]+ ){0,4}?(?P<a>ANIMAL),? (?P<n>NAME)",
        People,
        Is,
        "pet.{a}.name",
        "{n}",
        0.9,
    ),
    (
        "have|own",
        r"(?:two|three|four) (?:[\p{L}-]+ ){0,2}?(?P<a>ANIMAL)[,:]? (?:called |named )?(?P<n>NAME(?:, NAME)*,? and NAME)",
        People,
        Is,
        "pet.{a}.name",
        "{n}",
        0.93,
    ),
    (
        "have|own|get|adopt",
        r"(?P<v>two|three|four|five|six|seven) (?:[\p{L}-]+ ){0,2}?(?P<t>(?:cats|dogs|rabbits|horses|chickens|hens|goats|birds|parrots|guinea pigs|hamsters|fish|goldfish|kittens|puppies|snakes|rats|tortoises|turtles|budgies|ferrets|pets))\b",
        People,
        Is,
        "count.{t}",
        "{v}",
        0.9,
    ),
    ("name|rename|call", r"(?:my|our|the) (?:new )?(?P<a>ANIMAL) (?P<n>NAME)", Me, Did, "pet.{a}.name", "{n}", 0.95),
    (
        "adopt|get|buy|rescue|foster",
        r"(?P<v>(?:an?|another|one) (?:[\p{L}-]+ ){0,3}?(?P<a>ANIMAL))(?:[.!,;]|$| (?:and|today|yesterday|now|from|at|who|last|this|but|already|with|for|two|three|a|in|on)\b)",
        People,
        Did,
        "pet.{a}",
        "{v}",
        0.9,
    ),
    (
        "have|own",
        r"(?P<v>(?:an?|one) (?:[\p{L}-]+ ){0,3}?(?P<a>ANIMAL))(?:[.!,;]|$| (?:and|now|from|at|who|but|already|with|that|at home)\b)",
        People,
        Is,
        "pet.{a}",
        "{v}",
        0.9,
    ),
    (
        "be",
        r"an? (?:[\p{L}\d-]+ ){0,2}?(?P<v>(?:golden |german |border |jack |yorkshire |french |english |irish |maine |great |cocker |springer |bernese |shih |labrador |rescue |miniature |toy |staffordshire |boston |bull |afghan |basset |norwegian forest |british |russian |cavalier )*(?:russell )?(?:ANIMAL|greyhound|dane|setter|shepherd|collie|coon|shorthair|tzu|pointer|ragdoll|bengal|sphynx|basset|dachshund|schnauzer|cockapoo|labradoodle|cross|mongrel|mountain dog|blue))\b",
        Any,
        Is,
        "breed",
        "{v}",
        0.86,
    ),
    ("be", r"an? (?P<v>NUM)[- ]years?[- ]old ANIMAL\b", Any, Is, "age", "{v}", 0.9),
    (
        "lose",
        r"(?:my|our) (?:[\p{L}]+ )?(?P<a>ANIMAL)(?:[.!,;]|$| (?:last|to|yesterday|two)\b)",
        Me,
        Ended,
        "pet.{a}",
        "",
        0.8,
    ),
    ("rehome|sell", r"(?:my|our|the) (?:[\p{L}]+ )?(?P<a>ANIMAL)\b(?P<v>)", Me, Ended, "pet.{a}", "{v}", 0.85),
];

pub(super) const NOUNS: &[Row] = &[
    (r"(?P<a>ANIMAL)s? name", r"(?P<n>NAME|\p{L}{2,20}(?:[.!,]|$))", Me, Is, "pet.{a}.name", "{n}", 0.93),
    (r"breed", r"(?:an? )?(?P<v>[\p{L} ]{3,30})$", Any, Is, "breed", "{v}", 0.9),
];

pub(super) const FREE: &[Row] = &[
    (
        "my |our ",
        r"\b(?:my|our) (?:(?:new|little|old|big|other|late|dear) )*(?P<a>ANIMAL)(?:'s name(?:'s| is)| is called| is named|,? named|,? called|'s called| is now called| answers to|,)? (?P<n>NAME)",
        Me,
        Is,
        "pet.{a}.name",
        "{n}",
        0.84,
    ),
    (
        " my | our ",
        r"(?-i:^|, )(?P<n>NAME) is (?:my|our) (?:new |old |little )?(?P<a>ANIMAL)\b",
        Me,
        Is,
        "pet.{a}.name",
        "{n}",
        0.95,
    ),
    (
        "named|called",
        r"\b(?:I|we)(?:'ve| have)? (?:re)?(?:named|called) (?:my|our|the) (?:new )?(?P<a>ANIMAL) (?P<n>NAME)",
        Me,
        Is,
        "pet.{a}.name",
        "{n}",
        0.95,
    ),
];
