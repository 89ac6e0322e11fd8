//! What the companion answers in a simulation: short, plain, and the same for the same seed. Habits are looked for in
//! these words as in real ones, so each seed has a turn of phrase of its own.

use super::dice::Dice;
use philia_mind::appraisal::Appraisal;

const GLAD: &[&str] = &[
    "That sounds like a good day, and you tell it as if you were still there.",
    "I like how you put that. It stays with me, the small part most of all.",
    "Good. Some things are worth saying twice, and this was one of them.",
    "What a nice thing to bring here, thank you for telling me about it.",
    "You sound lighter than the last time, and it suits you, if I may say so.",
    "Wonderful news travels well, even in so few words as these.",
    "There it is, the thing that you were hoping for all along.",
    "Lovely. I can picture it, down to the light in the window.",
];

const SORRY: &[&str] = &[
    "That is a lot to carry. There is no need to put it well, just say it.",
    "I am sorry. It makes sense that it weighs on you like this.",
    "Thank you for telling me. Take the time that it takes, I am in no hurry.",
    "It hurts because it mattered, and nobody can talk you out of that.",
    "Nothing has to be solved tonight. Resting is something done, too.",
    "Those days are long ones. You got through this one, and that counts.",
    "I hear you. I would rather listen than say something clever now.",
    "Some evenings are like that, and they say nothing about the next one.",
];

const CALM: &[&str] = &[
    "I see. Ordinary days have more in them than they let on, I find.",
    "That makes sense to me, and I would probably have done it the same way.",
    "Noted, and I will keep it in mind for the next time it comes up.",
    "A plain day is a fine thing, there is nothing wrong with plain.",
    "Right. It sounds as though you have it well in hand by now.",
    "Fair enough, one thing after the other and then a cup of tea.",
    "Understood. Tell me more when you feel like it, or leave it at that.",
    "So that is how it went. I had wondered how it would turn out.",
    "Good to hear from you. I was just thinking over what you said before.",
    "Yes, that happens, and usually when one has no time for it.",
    "Small things first, I would say, the large ones can wait their turn.",
    "Well, that is one way to spend a day, and not the worst of them.",
];

const QUESTIONS: &[&str] = &[
    "What was the best of it?",
    "How did it begin?",
    "What will you do next?",
    "What would make tomorrow easier?",
    "Who else knows about it?",
    "What did you make of it?",
];

/// A turn of phrase.
#[derive(Clone, Copy, Debug)]
enum Habit {
    Questions,
    Emoji,
    Opening(&'static str),
    Comparison(&'static str),
}

const HABITS: &[Habit] = &[
    Habit::Questions,
    Habit::Opening("Oh, I see."),
    Habit::Emoji,
    Habit::Opening("Let me think."),
    Habit::Comparison("It is a bit like weather, it passes over."),
];

/// Answers one message after the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Replies {
    seed: u64,
    habit: Habit,
}

impl Replies {
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed, 0x4a_b1);
        Self { seed, habit: HABITS.get(dice.index(HABITS.len())).copied().unwrap_or(Habit::Questions) }
    }

    /// The answer to the so manieth message.
    pub(super) fn answer(self, turn: u64, appraisal: &Appraisal) -> String {
        let mut dice = Dice::new(self.seed, 0x5e_0000_0000 + turn);
        let words = match appraisal.delta.pleasure {
            p if p > 0.05 => GLAD,
            p if p < -0.05 => SORRY,
            _ => CALM,
        };
        let mut text = one_of(words, &mut dice).to_owned();
        let shows = dice.chance(0.65);
        // In a hard moment nobody is asked, joked with or talked to in figures.
        let light = appraisal.delta.pleasure >= -0.05;
        match self.habit {
            Habit::Opening(opening) if shows && dice.chance(0.5) => text = format!("{opening} {text}"),
            Habit::Emoji if shows && light => text.push_str(" 🙂"),
            Habit::Comparison(comparison) if shows && light => text = format!("{text} {comparison}"),
            _ => {}
        }
        let asks = matches!(self.habit, Habit::Questions) && shows;
        if light && (asks || dice.chance(0.25)) {
            text = format!("{text} {}", one_of(QUESTIONS, &mut dice));
        }
        text
    }
}

fn one_of<'a>(lines: &[&'a str], dice: &mut Dice) -> &'a str {
    lines.get(dice.index(lines.len())).copied().unwrap_or_default()
}
