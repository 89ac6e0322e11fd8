//! Variants of recall, to see what each part of it contributes.

use philia_mind::memory::recall::{Hit, Raw, Weights, fuse};

/// One signal of the six.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// BM25 of the memory alone.
    Lexical,
    /// BM25 of the memory with its neighbours.
    Neighbourhood,
    /// The cosine of question and memory.
    Dense,
    /// Words of like meaning; without it, dense takes its weight.
    Kindred,
    /// The speaker that is spoken of.
    Speaker,
    /// The time that is asked about.
    Date,
}

impl Signal {
    const ALL: [Self; 6] = [Self::Lexical, Self::Neighbourhood, Self::Dense, Self::Kindred, Self::Speaker, Self::Date];

    const fn name(self) -> &'static str {
        match self {
            Self::Lexical => "lexical",
            Self::Neighbourhood => "neighbourhood",
            Self::Dense => "dense",
            Self::Kindred => "kindred",
            Self::Speaker => "speaker",
            Self::Date => "date",
        }
    }

    fn of(self, weights: &mut Weights) -> &mut f64 {
        match self {
            Self::Lexical => &mut weights.lexical,
            Self::Neighbourhood => &mut weights.neighbourhood,
            Self::Dense => &mut weights.dense,
            Self::Kindred => &mut weights.kindred,
            Self::Speaker => &mut weights.speaker,
            Self::Date => &mut weights.date,
        }
    }
}

/// How recall is done in an evaluation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Variant {
    /// As everybody's.
    #[default]
    Whole,
    /// No second round.
    OneRound,
    /// Memories without the marks of the kinds of things they name.
    WithoutKinds,
    /// Without one signal.
    Without(Signal),
    /// Without meaning: neither dense nor kindred.
    WordsOnly,
    /// With one signal alone, in one round.
    Alone(Signal),
}

impl Variant {
    /// All of them, in the order of a table.
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::Whole, Self::OneRound, Self::WithoutKinds];
        all.extend(Signal::ALL.map(Self::Without));
        all.push(Self::WordsOnly);
        // A speaker or a date alone tells few memories apart: the rest would be chance.
        all.extend([Signal::Lexical, Signal::Neighbourhood, Signal::Dense, Signal::Kindred].map(Self::Alone));
        all
    }

    /// What it is called in a table.
    pub fn label(self) -> String {
        match self {
            Self::Whole => "all".into(),
            Self::OneRound => "without the second round".into(),
            Self::WithoutKinds => "without kinds of things".into(),
            Self::Without(Signal::Kindred) => "without kindred (dense .6)".into(),
            Self::Without(signal) => format!("without {}", signal.name()),
            Self::WordsOnly => "without dense and kindred".into(),
            Self::Alone(signal) => format!("{} alone", signal.name()),
        }
    }

    pub(super) const fn looks_twice(self) -> bool {
        !matches!(self, Self::OneRound | Self::Alone(_))
    }

    pub(super) const fn marks_kinds(self) -> bool {
        !matches!(self, Self::WithoutKinds)
    }

    /// All candidates with the relevance that they have in this variant, best first, `k` of them.
    pub(super) fn again(self, mut hits: Vec<Hit>, k: usize) -> Vec<Hit> {
        let judged = hits.iter().any(|hit| hit.signals.kindred > 0.0);
        let whole = if judged { Weights::with_kindred() } else { Weights::default() };
        if let Some(weights) = self.weights(whole) {
            // Normalising twice changes nothing.
            let raw: Vec<Raw> = hits
                .iter()
                .map(|Hit { signals, .. }| Raw {
                    lexical: signals.lexical,
                    neighbourhood: signals.neighbourhood,
                    cosine: Some(signals.cosine),
                    kindred: signals.kindred,
                    speaker: signals.speaker,
                    date: signals.date,
                })
                .collect();
            for (hit, (_, relevance)) in hits.iter_mut().zip(fuse(&raw, &weights)) {
                hit.relevance = relevance;
            }
            hits.sort_by(|a, b| b.relevance.total_cmp(&a.relevance).then_with(|| a.id.cmp(&b.id)));
        }
        hits.truncate(k);
        hits
    }

    /// The weights that replace the usual ones; none where these hold.
    fn weights(self, mut whole: Weights) -> Option<Weights> {
        match self {
            Self::Whole | Self::OneRound | Self::WithoutKinds => return None,
            Self::Without(Signal::Kindred) => whole = Weights::default(),
            Self::Without(signal) => *signal.of(&mut whole) = 0.0,
            Self::WordsOnly => (whole.dense, whole.kindred) = (0.0, 0.0),
            Self::Alone(signal) => {
                let mut one =
                    Weights { lexical: 0.0, neighbourhood: 0.0, dense: 0.0, kindred: 0.0, speaker: 0.0, date: 0.0 };
                *signal.of(&mut one) = 1.0;
                whole = one;
            }
        }
        Some(whole)
    }
}
