//! The network: six layers of a BERT encoder over the texts' tokens, then their mean, 1 long.
//!
//! Several texts go through as one matrix, a row a token, without padding; only attention looks at each text alone.

use super::matrix::{Blocks, PANEL, Panels, multiply};
use crate::safetensors::Header;
use pulp::Arch;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

/// Length of the vectors.
pub(super) const WIDTH: usize = 384;
pub(super) const LAYERS: usize = 6;
pub(super) const HEADS: usize = 12;
pub(super) const INNER: usize = 1536;
pub(super) const TOKENS: usize = 30_522;
const POSITIONS: usize = 512;
/// Numbers of a head. One panel: a head's values need no other layout.
const HEAD: usize = WIDTH / HEADS;
const _: () = assert!(HEAD == PANEL);
/// What keeps a norm from dividing by nothing.
const EPSILON: f32 = 1e-12;

struct Linear {
    weights: Panels,
    bias: Vec<f32>,
}

struct Norm {
    scale: Vec<f32>,
    shift: Vec<f32>,
}

struct Layer {
    /// Queries, keys and values side by side.
    attention: Linear,
    output: Linear,
    output_norm: Norm,
    up: Linear,
    down: Linear,
    down_norm: Norm,
}

/// The weights, laid out for use: 90 MB.
pub(super) struct Encoder {
    words: Vec<f32>,
    positions: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
    arch: Arch,
}

/// Where to find the weights: checked, not yet read.
pub(super) struct Weights {
    header: Header,
}

impl Weights {
    /// Reads the header and checks that all that is needed lies within the file.
    pub(super) fn find(file: &mut File) -> Result<Self, String> {
        let length = file.metadata().map_err(|error| error.to_string())?.len();
        let weights = Self { header: Header::read(&mut *file)? };
        let mut end = 0;
        for (name, shape) in tensors() {
            end = end.max(weights.header.tensor(&name, "F32", &shape)?.end);
        }
        if (end as u64) > length {
            return Err(format!("it is cut off: {length} bytes of at least {end}"));
        }
        Ok(weights)
    }

    fn read(&self, file: &mut File, name: &str, shape: &[usize]) -> Result<Vec<f32>, String> {
        let Range { start, end } = self.header.tensor(name, "F32", shape)?;
        let mut bytes = vec![0; end - start];
        let read = file.seek(SeekFrom::Start(start as u64)).and_then(|_| file.read_exact(&mut bytes));
        read.map_err(|error| format!("`{name}`: {error}"))?;
        Ok(bytes.as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four)).collect())
    }
}

/// The tensors that are read, with their shapes.
fn tensors() -> Vec<(String, Vec<usize>)> {
    let mut all: Vec<(String, Vec<usize>)> = vec![
        ("embeddings.word_embeddings.weight".into(), vec![TOKENS, WIDTH]),
        ("embeddings.position_embeddings.weight".into(), vec![POSITIONS, WIDTH]),
        ("embeddings.token_type_embeddings.weight".into(), vec![2, WIDTH]),
        ("embeddings.LayerNorm.weight".into(), vec![WIDTH]),
        ("embeddings.LayerNorm.bias".into(), vec![WIDTH]),
    ];
    for n in 0..LAYERS {
        let layer = format!("encoder.layer.{n}");
        for (part, out, inputs) in [
            ("attention.self.query", WIDTH, WIDTH),
            ("attention.self.key", WIDTH, WIDTH),
            ("attention.self.value", WIDTH, WIDTH),
            ("attention.output.dense", WIDTH, WIDTH),
            ("intermediate.dense", INNER, WIDTH),
            ("output.dense", WIDTH, INNER),
        ] {
            all.push((format!("{layer}.{part}.weight"), vec![out, inputs]));
            all.push((format!("{layer}.{part}.bias"), vec![out]));
        }
        for part in ["attention.output.LayerNorm", "output.LayerNorm"] {
            all.push((format!("{layer}.{part}.weight"), vec![WIDTH]));
            all.push((format!("{layer}.{part}.bias"), vec![WIDTH]));
        }
    }
    all
}

/// What one pass works in.
#[derive(Default)]
struct Space {
    blocks: Blocks,
    wide: Vec<f32>,
    narrow: Vec<f32>,
    context: Vec<f32>,
    keys: Panels,
    values: Panels,
    scores: Vec<f32>,
    mixed: Vec<f32>,
}

impl Encoder {
    pub(super) fn read(weights: &Weights, file: &mut File) -> Result<Self, String> {
        let words = weights.read(file, "embeddings.word_embeddings.weight", &[TOKENS, WIDTH])?;
        let mut positions = weights.read(file, "embeddings.position_embeddings.weight", &[POSITIONS, WIDTH])?;
        let types = weights.read(file, "embeddings.token_type_embeddings.weight", &[2, WIDTH])?;
        // There is only one text at a time: every token is of the first type.
        for position in positions.chunks_exact_mut(WIDTH) {
            add(position, &types[..WIDTH]);
        }
        let mut norm = |name: &str| -> Result<Norm, String> {
            let scale = weights.read(file, &format!("{name}.weight"), &[WIDTH])?;
            Ok(Norm { scale, shift: weights.read(file, &format!("{name}.bias"), &[WIDTH])? })
        };
        let first = norm("embeddings.LayerNorm")?;
        let mut norms = Vec::with_capacity(LAYERS);
        for n in 0..LAYERS {
            let layer = format!("encoder.layer.{n}");
            norms.push((
                norm(&format!("{layer}.attention.output.LayerNorm"))?,
                norm(&format!("{layer}.output.LayerNorm"))?,
            ));
        }
        let mut linear = |names: &[String], outputs: usize, inputs: usize| -> Result<Linear, String> {
            let (mut rows, mut bias) = (Vec::new(), Vec::new());
            for name in names {
                rows.extend(weights.read(file, &format!("{name}.weight"), &[outputs, inputs])?);
                bias.extend(weights.read(file, &format!("{name}.bias"), &[outputs])?);
            }
            let mut panels = Panels::default();
            panels.lay(inputs, outputs * names.len(), |input, output| rows[output * inputs + input]);
            Ok(Linear { weights: panels, bias })
        };
        let mut layers = Vec::with_capacity(LAYERS);
        for (n, (output_norm, down_norm)) in norms.into_iter().enumerate() {
            let name = |part: &str| format!("encoder.layer.{n}.{part}");
            let attention = ["query", "key", "value"].map(|part| name(&format!("attention.self.{part}")));
            layers.push(Layer {
                attention: linear(&attention, WIDTH, WIDTH)?,
                output: linear(&[name("attention.output.dense")], WIDTH, WIDTH)?,
                output_norm,
                up: linear(&[name("intermediate.dense")], INNER, WIDTH)?,
                down: linear(&[name("output.dense")], WIDTH, INNER)?,
                down_norm,
            });
        }
        Ok(Self { words, positions, norm: first, layers, arch: Arch::new() })
    }

    /// The vectors of texts, given as token ids (each at least one, at most [`POSITIONS`], each id below [`TOKENS`]).
    pub(super) fn embed(&self, texts: &[Vec<u32>]) -> Vec<Vec<f32>> {
        let mut states: Vec<f32> = Vec::with_capacity(texts.iter().map(Vec::len).sum::<usize>() * WIDTH);
        for text in texts {
            for (id, position) in text.iter().zip(self.positions.chunks_exact(WIDTH)) {
                let start = states.len();
                states.extend_from_slice(&self.words[*id as usize * WIDTH..][..WIDTH]);
                add(&mut states[start..], position);
            }
        }
        self.norm(&mut states, &self.norm);
        let mut space = Space::default();
        for layer in &self.layers {
            self.attend(layer, texts, &mut states, &mut space);
            space.blocks.lay(WIDTH, states.chunks_exact(WIDTH));
            multiply(self.arch, &space.blocks, &layer.up.weights, Some(&layer.up.bias), &mut space.wide);
            self.arch.dispatch(|| space.wide.iter_mut().for_each(|x| *x = gelu(*x)));
            space.blocks.lay(INNER, space.wide.chunks_exact(INNER));
            multiply(self.arch, &space.blocks, &layer.down.weights, Some(&layer.down.bias), &mut space.narrow);
            add(&mut states, &space.narrow);
            self.norm(&mut states, &layer.down_norm);
        }
        let mut rest = states.as_slice();
        let mut vectors = Vec::with_capacity(texts.len());
        for text in texts {
            let (own, others) = rest.split_at(text.len() * WIDTH);
            rest = others;
            vectors.push(mean(own));
        }
        vectors
    }

    fn attend(&self, layer: &Layer, texts: &[Vec<u32>], states: &mut [f32], space: &mut Space) {
        const ROW: usize = 3 * WIDTH;
        let Space { blocks, wide, narrow, context, keys, values, scores, mixed } = space;
        blocks.lay(WIDTH, states.chunks_exact(WIDTH));
        multiply(self.arch, blocks, &layer.attention.weights, Some(&layer.attention.bias), wide);
        context.clear();
        context.resize(states.len(), 0.0);
        let mut start = 0;
        for text in texts {
            let tokens = text.len();
            let rows = &wide[start * ROW..][..tokens * ROW];
            for head in 0..HEADS {
                let (query, key, value) = (head * HEAD, WIDTH + head * HEAD, 2 * WIDTH + head * HEAD);
                blocks.lay(HEAD, rows.chunks_exact(ROW).map(|row| &row[query..query + HEAD]));
                keys.lay(HEAD, tokens, |at, token| rows[token * ROW + key + at]);
                multiply(self.arch, blocks, keys, None, scores);
                let columns = keys.columns();
                self.arch.dispatch(|| scores.chunks_exact_mut(columns).for_each(|row| softmax(&mut row[..tokens])));
                blocks.lay(tokens, scores.chunks_exact(columns).map(|row| &row[..tokens]));
                values.lay(tokens, HEAD, |token, at| rows[token * ROW + value + at]);
                multiply(self.arch, blocks, values, None, mixed);
                for (token, mixed) in mixed.chunks_exact(HEAD).enumerate() {
                    context[(start + token) * WIDTH + query..][..HEAD].copy_from_slice(mixed);
                }
            }
            start += tokens;
        }
        blocks.lay(WIDTH, context.chunks_exact(WIDTH));
        multiply(self.arch, blocks, &layer.output.weights, Some(&layer.output.bias), narrow);
        add(states, narrow);
        self.norm(states, &layer.output_norm);
    }

    fn norm(&self, states: &mut [f32], norm: &Norm) {
        self.arch.dispatch(|| {
            for row in states.chunks_exact_mut(WIDTH) {
                let mean = sum(row) / WIDTH as f32;
                row.iter_mut().for_each(|x| *x -= mean);
                let variance = dot(row, row) / WIDTH as f32;
                let factor = 1.0 / (variance + EPSILON).sqrt();
                for ((x, scale), shift) in row.iter_mut().zip(&norm.scale).zip(&norm.shift) {
                    *x = *x * factor * scale + shift;
                }
            }
        });
    }
}

fn add(to: &mut [f32], what: &[f32]) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += what);
}

/// The mean of the rows, 1 long.
fn mean(rows: &[f32]) -> Vec<f32> {
    let mut mean = vec![0.0; WIDTH];
    rows.chunks_exact(WIDTH).for_each(|row| add(&mut mean, row));
    let length = dot(&mean, &mean).sqrt().max(f32::MIN_POSITIVE);
    mean.iter_mut().for_each(|x| *x /= length);
    mean
}

/// In sixteen sums side by side, which the compiler can keep in registers.
#[inline(always)]
fn folded(numbers: impl Iterator<Item = [f32; 16]>) -> f32 {
    let mut sums = [0.0_f32; 16];
    for numbers in numbers {
        sums.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += number);
    }
    sums.iter().sum()
}

#[inline(always)]
fn sum(row: &[f32]) -> f32 {
    folded(row.as_chunks::<16>().0.iter().copied())
}

#[inline(always)]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let pairs = a.as_chunks::<16>().0.iter().zip(b.as_chunks::<16>().0);
    folded(pairs.map(|(a, b)| std::array::from_fn(|n| a[n] * b[n])))
}

/// Attention's scores as shares of 1, with the division by the root of a head's length that belongs to them.
#[inline(always)]
fn softmax(row: &mut [f32]) {
    let scale = 1.0 / (HEAD as f32).sqrt();
    let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for x in row.iter_mut() {
        *x = ((*x - largest) * scale).exp();
        sum += *x;
    }
    row.iter_mut().for_each(|x| *x /= sum);
}

#[inline(always)]
fn gelu(x: f32) -> f32 {
    0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))
}

/// The error function to a few units in the last place: the rational approximation of Eigen (and XLA), without branches,
/// so that many are computed at once.
#[inline(always)]
fn erf(x: f32) -> f32 {
    let x = x.clamp(-4.0, 4.0);
    let square = x * x;
    let over = [
        -2.726_142_3e-10,
        2.770_681_4e-8,
        -2.101_024_e-6,
        -5.692_506_3e-5,
        -7.349_906_5e-4,
        -2.954_6e-3,
        -1.609_603_3e-2,
    ];
    let under = [-1.456_607_2e-5, -2.133_740_5e-4, -1.682_827e-3, -7.373_329_4e-3, -1.426_473_9e-2];
    let horner = |terms: &[f32]| terms.iter().fold(0.0, |sum, term| sum * square + term);
    x * horner(&over) / horner(&under)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_function_is_exact_enough() {
        // By its series, which converges well up to 4.
        let series = |x: f64| {
            let (mut term, mut sum) = (x, x);
            for n in 1..200 {
                term *= -x * x / f64::from(n);
                sum += term / f64::from(2 * n + 1);
            }
            sum * std::f64::consts::FRAC_2_SQRT_PI
        };
        for n in -400..=400 {
            let x = n as f32 / 100.0;
            let (ours, true_value) = (f64::from(erf(x)), series(f64::from(x)));
            assert!((ours - true_value).abs() < 1e-6, "{x}: {ours} {true_value}");
        }
        assert_eq!(gelu(0.0), 0.0);
        assert!((gelu(20.0) - 20.0).abs() < 1e-5, "{}", gelu(20.0));
    }

    #[test]
    fn shares_add_up_whatever_the_scores() {
        let mut row = [1000.0, -1000.0, 999.0];
        softmax(&mut row);
        assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6 && row[0] > row[2] && row[1] >= 0.0);
    }
}
