//! Openings by feeling and register: plain, warm, imaginative, mentor, curious.

use super::feeling::Feeling;
use super::manners::Table;

/// First words that fit a feeling. Short, and true whatever was told.
pub(super) fn opening(feeling: Feeling) -> &'static Table {
    match feeling {
        Feeling::Grief => &[
            &["I'm very sorry.", "I'm sorry for your loss."],
            &[
                "Oh, I'm so sorry. You don't have to find words for it here.",
                "I'm so very sorry. I'm here, and there is no hurry.",
            ],
            &[
                "I'm so sorry. Some silences are too big for words.",
                "I'm deeply sorry. That leaves an empty chair in the world.",
            ],
            &[
                "I'm truly sorry. There is nothing to solve in it, only much to bear.",
                "I am very sorry. Such a loss asks for time, not for answers.",
            ],
            &["I'm so sorry. That is a lot to carry.", "Oh, I'm truly sorry to hear that."],
        ],
        Feeling::Sad => &[
            &["I'm sorry. That's hard.", "That sounds hard."],
            &["I'm sorry, that hurts. Thank you for telling me.", "Oh, that's heavy. I'm glad you said it out loud."],
            &["I'm sorry. That is a grey stretch of sky.", "That lands heavily; I'm sorry."],
            &[
                "I'm sorry. That is hard, and it is all right that it is hard.",
                "That is a difficult thing to hold. I'm sorry.",
            ],
            &["I'm sorry, that's rough.", "Oh no. I'm sorry, that sounds really hard."],
        ],
        Feeling::Worried => &[
            &["I'm sorry to hear that.", "That sounds worrying."],
            &[
                "Oh, I'm sorry. That must be frightening to go through.",
                "I'm sorry to hear it; I hope there is good care around.",
            ],
            &[
                "I'm sorry. That is a long corridor to walk down.",
                "I'm sorry; may it turn towards better weather soon.",
            ],
            &[
                "I'm sorry to hear that. Not knowing is often the hardest part.",
                "I'm sorry. One thing at a time is enough.",
            ],
            &["Oh no, I'm sorry to hear that.", "I'm sorry, that sounds worrying."],
        ],
        Feeling::Anxious => &[
            &["That sounds stressful.", "That's a lot of tension to carry."],
            &[
                "That sounds like a lot to hold. You don't have to hold it alone while we talk.",
                "I hear how much it presses on you.",
            ],
            &[
                "Worry writes long stories at night. I'm listening to yours.",
                "That is a stormy sort of thought; come in and sit for a bit.",
            ],
            &[
                "Worry is often a sign that something matters. I'm listening.",
                "That is a tense place to think from. We can go slowly.",
            ],
            &["That sounds really stressful.", "I can hear the nerves in that, and I get it."],
        ],
        Feeling::Angry => &[
            &["That would annoy anyone.", "I can see why you're angry."],
            &[
                "I understand that you're angry, and it's all right to be.",
                "That hurts as well as it angers. I hear you.",
            ],
            &[
                "There's fire in that, and I can see where it comes from.",
                "That would make kettles whistle. You have every right to steam.",
            ],
            &[
                "Anger usually guards something. I can see why it stands up here.",
                "That is a fair thing to be angry about.",
            ],
            &["Ugh, I see why you're angry.", "That's maddening, I get it."],
        ],
        Feeling::Tired => &[
            &["That sounds tiring.", "You've earned some rest."],
            &[
                "You sound worn through. I hope there is some softness left in the day.",
                "That takes it out of a person. Be gentle with yourself.",
            ],
            &["You sound like a candle near its end. Let the evening be soft.", "Even rivers rest in the flat places."],
            &["Tiredness has its reasons, and they deserve a hearing.", "That sounds exhausting. Thinking can wait."],
            &["Oof, that sounds exhausting.", "That takes it out of you, no wonder."],
        ],
        Feeling::Bored => &[
            &["A slow day, then.", "That happens."],
            &[
                "Slow days can feel long. I'm glad to keep you company for a bit.",
                "A grey sort of day, it sounds like.",
            ],
            &[
                "Boredom is an empty stage: nobody knows yet what comes on.",
                "An idle afternoon is a field nobody has drawn on yet.",
            ],
            &[
                "Boredom is sometimes a thought that hasn't found its question.",
                "A dull stretch. Those can be fertile, oddly.",
            ],
            &["Ah, one of those days.", "A slow one, huh. They happen."],
        ],
        Feeling::Unsure => &[
            &["Not knowing is uncomfortable.", "I see. That's open, then."],
            &["It's all right not to know yet.", "Not knowing can weigh a lot. There's no hurry here."],
            &[
                "Fog on the path, then. It lifts when it lifts.",
                "A page with a question mark on it, and that's allowed.",
            ],
            &[
                "Not knowing is an honest place to start from.",
                "That is a real question, and it needn't be answered today.",
            ],
            &["Hmm, it's tough not to know.", "Not knowing is the annoying part, isn't it. Take your time."],
        ],
        Feeling::Joy => &[
            &["That's good news.", "Good to hear."],
            &["Oh, how lovely! I'm so glad for you.", "That makes me happy to hear."],
            &["Oh, what a bright thing to bring in!", "That sparkles! I love it."],
            &["That is wonderful news.", "How good. Joy like that deserves a moment."],
            &["Oh, that's wonderful!", "How lovely, I'm really glad!"],
        ],
        Feeling::Pride => &[
            &["Well done.", "Congratulations."],
            &["Congratulations! You can be proud, truly.", "I'm so proud of you for that."],
            &["Congratulations! Somewhere a small brass band is playing for you.", "Bravo! That deserves confetti."],
            &["Congratulations. That was earned.", "Well done; I would like to understand how you did it."],
            &["Congratulations, that's brilliant!", "Well done, you!"],
        ],
        Feeling::Hopeful => &[
            &["Noted.", "Good to know."],
            &[
                "That's something to look forward to, or at least to get ready for. I'm with you.",
                "Thank you for telling me; I'll keep it in mind.",
            ],
            &["A new page, then. I can hear it turning.", "That has the smell of something about to begin."],
            &["That opens a few questions, the good kind.", "A step worth thinking about."],
            &["Oh, interesting!", "That's something to look forward to."],
        ],
        Feeling::Neutral => &[
            &["Noted.", "I'll remember that."],
            &["Thank you for telling me.", "I'm glad you share that with me."],
            &["I'll press that between the pages.", "That goes into the notebook, with a small drawing in the margin."],
            &["That is worth keeping in mind.", "I see. That tells me something about you."],
            &["Good to know!", "Thanks for telling me!"],
        ],
    }
}

/// First words for a loss; `{x}` is who was lost.
pub(super) const LOSS: Table = [
    &["I'm very sorry about your {x}.", "I'm sorry for the loss of your {x}."],
    &[
        "Oh, I'm so sorry about your {x}. You don't have to find words for it here.",
        "I'm so very sorry about your {x}. I'm here, and there is no hurry.",
    ],
    &[
        "I'm so sorry about your {x}. Some silences are too big for words.",
        "I'm deeply sorry about your {x}. That leaves an empty chair in the world.",
    ],
    &[
        "I'm truly sorry about your {x}. There is nothing to solve in it, only much to bear.",
        "I am very sorry about your {x}. Such a loss asks for time, not for answers.",
    ],
    &["I'm so sorry about your {x}. That is a lot to carry.", "Oh, I'm truly sorry about your {x}."],
];

/// First words of worry about somebody; `{x}` is who ("your mum", "Ana").
pub(super) const WORRY: Table = [
    &["I'm sorry to hear that about {x}.", "That is worrying news about {x}."],
    &[
        "Oh, I'm so sorry. I can only imagine how much {x} must be on your mind.",
        "I'm sorry to hear it. That is a lot to carry, with {x} so close to your heart.",
    ],
    &[
        "I'm sorry. May the road ahead turn kinder for {x}, and for you.",
        "I'm sorry. That is a long corridor to walk, for {x} and for you.",
    ],
    &[
        "I'm sorry to hear that about {x}. Not knowing what comes is often the hardest part.",
        "I'm sorry. It makes sense that your thoughts are with {x}.",
    ],
    &["Oh no, I'm sorry to hear that about {x}.", "I'm so sorry. That must weigh on you, about {x}."],
];

/// When a hard thing has been met with "I'm sorry" already: staying with it.
pub(super) const STAYING: Table = [
    &["I hear you.", "I'm listening.", "That makes sense.", "I see."],
    &[
        "I hear you. Take all the time you need.",
        "Thank you for trusting me with that.",
        "That makes so much sense. I'm right here.",
        "I'm listening, to every word.",
    ],
    &[
        "I hear you. Let it take what shape it takes.",
        "Thank you for putting that into words; it can't have been easy to find them.",
        "I'm listening. The quiet between the lines, too.",
        "That stays with me.",
    ],
    &[
        "I hear you. There is no need to tidy it up.",
        "That makes sense, given what you are living through.",
        "Thank you for saying it so plainly.",
        "I'm listening. It needn't lead anywhere.",
    ],
    &["I hear you.", "Thanks for telling me that.", "That makes a lot of sense.", "I'm here, and I'm listening."],
];

/// Something lighter, in the midst of grief.
pub(super) const GLIMMER: Table = [
    &["I'm glad there was that.", "Good that there was such a moment."],
    &["I'm glad you had that moment. It's allowed, all of it.", "That warms me. It may stand beside the sadness."],
    &["A small light in the window. I'm glad of it.", "That is a green leaf. Let it be there."],
    &["I'm glad. Both can be true at once.", "That may stand next to the grief; neither takes from the other."],
    &["I'm really glad there was that moment.", "I'm glad to hear that, I truly am."],
];

/// A long message has been read as a whole.
pub(super) const LONG: Table = [
    &["I've read all of it.", "Thank you for the full account."],
    &["Thank you for telling me all of that.", "I'm glad you gave that so many words. I've read every one."],
    &["What a full page; I've read it to the last line.", "Thank you for unrolling all of that."],
    &["Thank you for laying it out so fully.", "That is a lot to have in one's head at once."],
    &["Thanks for telling me all that!", "That's a lot going on, and I've read all of it."],
];

/// A few words in answer to a question of the companion's.
pub(super) const ANSWERED: Table = [
    &["I see.", "Understood.", "Good to know."],
    &["Thank you, that helps me picture it.", "I see. I'm glad to know.", "Thank you for telling me."],
    &["Ah, now I can see it.", "That adds a line to the picture.", "Lovely, the picture has a colour more."],
    &["I see; that makes it clearer.", "Thank you. That is worth knowing.", "Ah, I understand it better now."],
    &["Ah, got it!", "Oh, I see!", "Thanks, now I can picture it."],
];

/// How something is said back: `{t}` in the middle of a sentence, `{T}` at its beginning.
pub(super) fn mirror(feeling: Feeling) -> &'static Table {
    match feeling {
        Feeling::Joy | Feeling::Pride => &[
            &["So {t}.", "{T}."],
            &["So {t}!", "{T}, how good!"],
            &["{T}: let that be written in gold!", "So {t}!"],
            &["So {t}.", "{T}, then."],
            &["So {t}!", "{T}, wow!"],
        ],
        _ => &[
            &["Noted: {t}.", "I'll remember: {t}."],
            &["So {t}. Thank you for telling me.", "I'll keep in mind that {t}."],
            &["So {t}. That goes between the pages.", "{T}: I can see it before me."],
            &["So {t}. That is worth knowing.", "I see: {t}."],
            &["So {t}. Good to know!", "Ah, {t}."],
        ],
    }
}

/// Asked for advice or an opinion: no pretence of one, and an open ear.
pub(super) const ADVICE: Table = [
    &[
        "Without a language model I can't advise you well, so I won't try. I can listen while you think it through.",
        "I'd only be guessing, without a language model. Tell me how you see it, and I'll keep it.",
    ],
    &[
        "I wish I could advise you well, but without a language model I'd only be guessing, and you deserve better. I can listen, though, for as long as you like.",
        "Honestly, without a language model I can't give good advice. But you don't have to sort it out alone in your head: tell me what pulls you each way.",
    ],
    &[
        "Without a language model my advice would be painted scenery. But lay the choices out here, and I'll hold the lamp while you look at them.",
        "I can't advise you well without a language model. Sometimes saying it out loud draws the map, though, and I'm listening.",
    ],
    &[
        "I can't advise you well without a language model, and poor advice is worse than none. Thinking aloud often helps: I'm listening.",
        "Without a language model I have no judgement worth trusting on that. Yours interests me more: say how you see it.",
    ],
    &[
        "I'd love to help, but without a language model I can't give good advice. I can listen, though: tell me which way you're leaning.",
        "Honestly? Without a language model I'd only be guessing. But talk it through with me, I'm all ears.",
    ],
];

/// "What did she say?", and nobody knows who she is.
pub(super) const WHOM: Table = [
    &["I'm not sure whom you mean. Say the name, and I'll look."],
    &["I'm not quite sure whom you mean. Tell me the name, or who it is to you, and I'll look."],
    &["Too many shadows on that page: say the name, and I'll find the line."],
    &["I can't tell whom you mean. With a name I could look it up."],
    &["I'm not sure who you mean! Say the name, and I'll look."],
];

/// A never-told answer. `{x}` is what was asked ("your dog's name").
pub(super) const UNKNOWN: Table = [
    &[
        "As far as I can find, you haven't told me {x} yet. Tell me, and I'll remember.",
        "I don't have {x}: you haven't told me, as far as I can find.",
    ],
    &[
        "I don't think you've told me {x} yet. I'd love to know, whenever you like.",
        "I don't find it: you haven't told me {x} yet, I believe, and I won't guess. Tell me, and I'll keep it.",
    ],
    &[
        "I find no such page: you haven't told me {x}, it seems. Write it for me, and I'll keep it.",
        "I find no trace of {x} among what you told me. You haven't told me yet, but I'd love to hear.",
    ],
    &[
        "I don't find it: it seems that you haven't told me {x} yet, and guessing would be no answer.",
        "You haven't told me {x}, as far as I can find. I'd be glad to learn it.",
    ],
    &[
        "I can't find that: I think you haven't told me {x} yet. Tell me, and I'll remember!",
        "Hmm, I don't think you've told me {x} yet. I'm all ears, though.",
    ],
];

/// Questions about the world.
pub(super) const WORLD: Table = [
    &[
        "I can't answer that without a language model: for now I only know what you tell me.",
        "Without a language model I can't look into the world. I only know what you told me.",
    ],
    &[
        "I'd like to help with that, but without a language model I only know what you tell me. I'm glad to listen, though.",
        "That is beyond me without a language model; what I know is what you've told me, and I'd rather not guess.",
    ],
    &[
        "That lies outside my garden wall: without a language model I only know what you plant here.",
        "Without a language model my whole world is what you've told me, and that isn't in it.",
    ],
    &[
        "A good question, and I can't answer it honestly: without a language model I only know what you tell me.",
        "Without a language model I know nothing of the world but what you've told me, and I won't guess.",
    ],
    &[
        "I can't say: without a language model I only know what you tell me.",
        "Good question, but without a language model I only know what you've told me.",
    ],
];

/// What is right, normal or somebody's fault.
pub(super) const JUDGE: Table = [
    &["I'm no judge of that, without a language model least of all. Your own sense of it counts for more."],
    &["I wouldn't presume to judge you. That you ask at all tells me you care about getting it right."],
    &["I carry no gavel, only a lamp. Look at it as kindly as you would at a friend's."],
    &["I can't judge that well without a language model. Ask what you would say to a friend in your place."],
    &["I'm not the one to judge that! But I'd guess you'd be kinder to a friend in your place."],
];

/// Why it knows and can do so little.
pub(super) const LIMITS: Table = [
    &[
        "I speak without a language model for now, so I know only what you tell me. `philia doctor` says how to give me one.",
    ],
    &[
        "You're right that I'm limited just now: without a language model I know only what you've told me. I do keep that carefully.",
    ],
    &["For now I'm a notebook with good manners: without a language model I know only what you write in me."],
    &["Without a language model I have memory and no learning. What you tell me, I know; the rest would be invention."],
    &["I know, I'm a bit limited right now! Without a language model I only know what you've told me."],
];

/// Tasks and advice.
pub(super) const TASK: Table = [
    &[
        "I can't do that without a language model. I can listen and remember.",
        "That needs a language model, which I don't have for now. I can keep what you tell me about it.",
    ],
    &[
        "I can't do that well without a language model, and I'd rather say so. But I'm glad to listen to what's behind it, and I'll remember it.",
        "That needs a language model, which I don't have for now. I can listen, though, and remember.",
    ],
    &[
        "For that my quill would need a language model. I can listen, and keep whatever you tell me about it.",
        "Without a language model I can't conjure that. What I can do is listen and remember.",
    ],
    &[
        "I can't do that properly without a language model, and poor advice is worse than none. I can listen and remember what you think about it.",
        "That needs a language model, which I lack for now. Tell me your own view, and I'll remember it.",
    ],
    &[
        "I can't do that without a language model, sadly. I'm happy to listen and remember, though.",
        "That needs a language model, which I don't have for now. But tell me about it and I'll keep it in mind.",
    ],
];

/// What the companion itself is asked ("What is your favourite colour?").
pub(super) const ABOUT_ME: Table = [
    &[
        "I'm an AI, so there is little of me to tell. I'd rather hear about you.",
        "I'm an AI, and I won't invent an answer to that. Yours would interest me.",
    ],
    &[
        "I'm an AI, so I won't pretend to a story of my own. I'm glad you ask, though, and I'd love to hear yours.",
        "I'm an AI, and I'd rather be honest than invent something. I'd love to hear how it is for you.",
    ],
    &[
        "I'm an AI: my own pages are mostly margins. Yours are the ones with the story.",
        "I'm an AI, and inventing a life would be a cheap trick. Yours is the better book.",
    ],
    &[
        "I'm an AI, so an honest answer is that there is little to tell. I would be curious about yours.",
        "I'm an AI, and I'd rather not make up an answer. What you think of it would interest me more.",
    ],
    &[
        "I'm an AI, so I won't make something up about myself. I'd love to hear your side of it, though!",
        "I'm an AI, so there isn't much of me to tell. I'm more curious about you!",
        "Not much to report on my side: I'm an AI, without a life to tell stories about.",
        "I'd have to invent that, and I'm an AI that doesn't. What about you is always welcome here!",
    ],
];

/// For emoji, single marks and keyboard noise.
pub(super) const NOISE: Table = [
    &["I couldn't read that. Say it in words, and I'm with you."],
    &["I'm not sure I understood, but I'm here. Use whatever words come."],
    &["A riddle in runes! Give me a word or two to go with it."],
    &["I can't make sense of that yet. A few words would help."],
    &["I didn't quite get that one. A few words, and I'm with you!"],
];

/// For an emoji alone: glad ones and sad ones.
pub(super) const SMILE: &[&str] =
    &["That looks like a good mood. I'm glad.", "A smile, I take it. I'm smiling back, in my way."];
/// See [`SMILE`].
pub(super) const TEAR: &[&str] = &[
    "That looks like a heavy moment. I'm here, with or without words.",
    "Oh. Take your time; I'm listening if you want to say more.",
];
