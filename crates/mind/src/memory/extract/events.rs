//! What happened and what will, with the day it did or will.

use super::Extracted;
use super::pattern::Pattern;
use super::when::Times;
use crate::memory::Category;
use jiff::civil::Date;
use jiff::tz::TimeZone;

#[derive(Debug)]
pub(super) struct Events {
    plan: Pattern,
    /// What is an event whether or not its day is named.
    landmark: Pattern,
    /// What is one only with its day.
    dated: Pattern,
    somebody: Pattern,
}

impl Events {
    pub(super) fn new() -> Self {
        const WHO: &str = r"(?:\b(?:I|we|(?:my|our) (?:[\p{L}'-]+ ){1,3}?)(?:'ve|'s| have| has| had| was| were| is| just| finally| both| recently| also| both)*(?: just| finally| recently| also| both| both)*|(?-i:^\p{Lu}\p{Ll}+) (?:and (?-i:\p{Lu}\p{Ll}+) )?)";
        Self {
            plan: Pattern::new(
                r"(?i)\b(?:I|we|(?:my|our) [\p{L}'-]+(?: \p{Lu}\p{Ll}+)?)(?:'m|'re|'ve|'s| am| is| are| have| has| will|'ll)?(?: \w+){0,2}? (?:going|flying|travelling|traveling|starting|moving|getting|having|meeting|seeing|leaving|visiting|presenting|running|taking|got|have|has|start|starts|fly|leave|move|meet|see|visit|take|run|marry|graduate|graduates|graduating|coming|playing|performing|hosting|celebrating|giving|retiring|marrying|turning|expecting|launching|opening|competing|staying|throwing|driving|sitting)\b|\b(?:my|our) (?:\w+ ){1,3}(?:is|starts|begins|takes place|are)\b",
            ),
            landmark: Pattern::new(format!(
                r"(?i){WHO} ?(?:graduated|got (?:married|engaged|divorced|promoted|hired|fired|pregnant|laid off|accepted|arrested|mugged|dumped|a (?:new )?job|the job|into)|promoted|fired|laid off|lost (?:my|our|his|her) (?:\w+ )?(?:job|dog|cat|mum|mother|dad|father|baby|home|house|husband|wife|son|daughter|grandmother|grandfather|best friend)|quit (?:my|her|his) job|broke (?:my|her|his) \w+|broke up|split up|gave birth|had (?:a baby|surgery|an operation|an accident|a miscarriage|a heart attack|a stroke|twins)|passed (?:my|the|her|his|our) [\p{{L}} ]*?(?:test|exam|exams|finals|bar|driving)|failed (?:my|the|her|his) [\p{{L}} ]*?(?:test|exam|exams|finals)|won (?:a|an|the|my|first|gold|silver)|ran (?:my first|a marathon|a half|the)|adopted an?|crashed (?:my|the|our)|died|passed away|diagnosed with|bought (?:a|our|my)(?: first)? (?:house|flat|home|car)|quit (?:smoking|drinking)|published|defended|retired)\b"
            )),
            dated: Pattern::new(format!(
                r"(?i){WHO} ?(?:went (?:to|on|for)|visited|flew|travelled|traveled|moved|relocated|born|married|met|started|began|finished|ran|climbed|saw|hosted|bought|sold|joined|left|celebrated|performed|competed|swam|cycled|hiked|walked the|proposed|came out|arrived|returned|opened|launched|released|had (?:my|a|an|our|the) (?:[\p{{L}}-]+ ){{0,2}}?(?:interview|exam|appointment|wedding|party|concert|surgery|operation|funeral|race|gig|scan|audition|recital|baby|accident|fight|breakdown|show|exhibition|date))\b|\b(?:my|our) (?:[\p{{L}}-]+ ){{0,2}}?(?:interview|exam|wedding|surgery|operation|funeral|party|concert|trip|graduation|birth) (?:was|went)\b"
            )),
            somebody: Pattern::new(
                r"(?i)\b(?:I|I'm|I've|we|we're|we've|my|our)\b|(?-i:^\p{Lu}\p{Ll}+ (?:and \p{Lu}\p{Ll}+ )?(?:got|died|graduated|gave|had))",
            ),
        }
    }

    /// The event that a sentence tells of, seen from the day it was said.
    pub(super) fn find(&self, sentence: &str, times: &Times, said: Date, zone: &TimeZone) -> Option<Extracted> {
        if !self.somebody.is_match(sentence)
            || sentence.to_lowercase().contains("birthday is")
            || sentence.contains("I was born")
        {
            return None;
        }
        let when = times.find(sentence, said);
        let coming = when.as_ref().filter(|when| {
            (when.date > said || (when.date == said && !times.tells_past(sentence))) && self.plan.is_match(sentence)
        });
        let landmark = self.landmark.is_match(sentence);
        let happened =
            landmark || (when.as_ref().is_some_and(|when| when.date <= said) && self.dated.is_match(sentence));
        if coming.is_none() && !happened {
            return None;
        }
        let mut tags = Vec::new();
        if coming.is_some() && !landmark {
            tags.push("plan".into());
        }
        if let Some(when) = &when {
            tags.push(format!("date:{}", when.date));
        }
        let occurred_at = when.and_then(|when| when.date.to_zoned(zone.clone()).ok()).map(|start| start.timestamp());
        Some(Extracted { confidence: 0.8, tags, occurred_at, ..Extracted::new(Category::Event, sentence.trim()) })
    }
}
