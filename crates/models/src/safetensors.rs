//! The header of a safetensors file: eight bytes of length, a JSON object that says where each tensor lies, and then
//! the tensors.

use serde::Deserialize;
use std::collections::HashMap;
use std::io::Read;
use std::ops::Range;

/// The longest header that is read, in bytes; that of a small model has some ten thousand.
const LONGEST: u64 = 10 << 20;

#[derive(Deserialize)]
struct Tensor {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: (usize, usize),
}

/// Where the tensors lie.
pub(crate) struct Header {
    tensors: HashMap<String, serde_json::Value>,
    /// Where the first byte after the header lies.
    data: usize,
}

impl Header {
    /// Reads the header from the beginning of a file.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub(crate) fn read(mut file: impl Read) -> Result<Self, String> {
        let mut length = [0; 8];
        file.read_exact(&mut length).map_err(|_| "it has no header")?;
        let length = u64::from_le_bytes(length);
        if length > LONGEST {
            return Err("its header is no safetensors header".into());
        }
        let mut header = Vec::new();
        file.take(length).read_to_end(&mut header).map_err(|error| error.to_string())?;
        let data = 8 + header.len();
        if header.len() as u64 != length {
            return Err("its header is cut off".into());
        }
        let tensors = serde_json::from_slice(&header).map_err(|error| format!("its header is no JSON: {error}"))?;
        Ok(Self { tensors, data })
    }

    /// Which bytes of the file a tensor is.
    ///
    /// # Errors
    /// If it is not there, or of another type or shape.
    pub(crate) fn tensor(&self, name: &str, dtype: &str, shape: &[usize]) -> Result<Range<usize>, String> {
        let tensor = self.tensors.get(name).ok_or_else(|| format!("it holds no `{name}`"))?;
        let found = Tensor::deserialize(tensor).map_err(|error| format!("`{name}`: {error}"))?;
        if found.dtype != dtype || found.shape != shape {
            return Err(format!("`{name}` is {} {:?}, not {dtype} {shape:?}", found.dtype, found.shape));
        }
        let size = match dtype {
            "I8" => 1,
            _ => 4,
        };
        let (start, end) = found.data_offsets;
        if start.checked_add(shape.iter().product::<usize>() * size) != Some(end) {
            return Err(format!("`{name}` is not as long as its shape says"));
        }
        match (self.data.checked_add(start), self.data.checked_add(end)) {
            (Some(start), Some(end)) => Ok(start..end),
            _ => Err(format!("`{name}` lies nowhere")),
        }
    }
}
