//! The names of what can be felt, and of the rules that notice it.

use crate::mood::named;

named! {
    /// The 22 emotions of Ortony, Clore & Collins 1988 ("The Cognitive Structure of Emotions"), and three that are
    /// not theirs and are labelled as such: surprise, social and neutral.
    Emotion {
        /// Pleased about an event that is good for another.
        HappyFor = "happy-for",
        /// Displeased about an event that is bad for another: compassion.
        SorryFor = "sorry-for",
        /// Displeased about an event that is good for another.
        Resentment = "resentment",
        /// Pleased about an event that is bad for another.
        Gloating = "gloating",
        /// Pleased about the prospect of something good.
        Hope = "hope",
        /// Displeased about the prospect of something bad.
        Fear = "fear",
        /// Pleased that the hoped-for came.
        Satisfaction = "satisfaction",
        /// Displeased that the feared came.
        FearsConfirmed = "fears-confirmed",
        /// Pleased that the feared did not come.
        Relief = "relief",
        /// Displeased that the hoped-for did not come.
        Disappointment = "disappointment",
        /// Pleased about an event.
        Joy = "joy",
        /// Displeased about an event.
        Distress = "distress",
        /// Approving of one's own doing.
        Pride = "pride",
        /// Disapproving of one's own doing.
        Shame = "shame",
        /// Approving of another's doing.
        Admiration = "admiration",
        /// Disapproving of another's doing.
        Reproach = "reproach",
        /// Pride and joy.
        Gratification = "gratification",
        /// Shame and distress.
        Remorse = "remorse",
        /// Admiration and joy.
        Gratitude = "gratitude",
        /// Reproach and distress.
        Anger = "anger",
        /// Drawn to someone or something.
        Love = "love",
        /// Put off by someone or something.
        Hate = "hate",
        /// Not OCC: something unexpected.
        Surprise = "surprise",
        /// Not OCC: people being together.
        Social = "social",
        /// Not OCC: nothing in particular.
        Neutral = "neutral",
    }
}

named! {
    /// The rule that decided, in the order in which they are tried.
    RuleName {
        /// Something was achieved.
        Achievement = "achievement",
        /// Something failed.
        Failure = "failure",
        /// Thanks, or praise of the companion or its help.
        Compliment = "compliment",
        /// Something came unexpectedly.
        Surprise = "surprise",
        /// People, being together.
        Social = "social",
        /// Affection for the companion, or an insult.
        Regard = "regard",
        /// Good or bad news of the person's.
        News = "news",
        /// None of the others: the tone of the words.
        Valence = "valence",
    }
}
