//! What crosses between the virtual machine and here: bytes both ways, and text outward.

use jni_sys::{JNIEnv, jbyte, jbyteArray, jobject, jsize, jstring};
use vexil_ffi::Code;
use vexil_ffi::fault::Fault;
use vexil_ffi::guard::guarded;
use vexil_ffi::utf8;

/// UTF-16 units of a text that is handed out without the heap.
const SHORT: usize = 128;

/// Bytes of an array that are looked at without the heap: of a context with a dozen attributes.
pub(crate) const FEW: usize = 512;

/// The virtual machine, as it hands itself to each entry.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub(crate) struct Jvm(*mut JNIEnv);

impl Jvm {
    /// A copy of an array's bytes. Null is a fault, as is what the virtual machine refuses.
    pub(crate) fn bytes(self, array: jbyteArray) -> Result<Vec<u8>, Fault> {
        if array.is_null() {
            return Err(Fault::null("the bytes"));
        }
        // SAFETY: the virtual machine handed both over for the time of this call, and the array is one of bytes: that is
        // how the function is declared.
        let length = unsafe { ((**self.0).v1_1.GetArrayLength)(self.0, array) };
        let mut bytes = vec![0_u8; usize::try_from(length).unwrap_or_default()];
        // SAFETY: as above.
        unsafe { self.copy(array, &mut bytes) };
        Ok(bytes)
    }

    /// Lends a copy of an array's bytes, of which there are `length`, at most [`FEW`]: to ask for that would be another
    /// call. Where there are fewer, all are 0, and the virtual machine throws on return.
    #[inline]
    pub(crate) fn with_bytes<R>(self, array: jbyteArray, length: usize, take: impl FnOnce(&[u8]) -> R) -> R {
        let mut few = [0; FEW];
        let bytes = few.get_mut(..length).unwrap_or_default();
        if !array.is_null() {
            // SAFETY: it is no null, and an array of bytes: that is how the function is called.
            unsafe { self.copy(array, bytes) };
        }
        take(bytes)
    }

    /// Copies an array's first bytes, as many as there is room for.
    ///
    /// # Safety
    ///
    /// The virtual machine has handed over an array of bytes for the time of this call.
    #[inline]
    unsafe fn copy(self, array: jbyteArray, bytes: &mut [u8]) {
        let Ok(length) = jsize::try_from(bytes.len()) else { return };
        // SAFETY: the virtual machine handed itself over, too. There is room for as many bytes as are asked for.
        unsafe {
            ((**self.0).v1_1.GetByteArrayRegion)(
                self.0,
                array,
                0,
                length,
                bytes.as_mut_ptr().cast::<jbyte>(),
            );
        }
    }

    /// A new array of these bytes; null, with an exception that is thrown on return, where there is no memory.
    pub(crate) fn array(self, bytes: &[u8]) -> jbyteArray {
        let Ok(length) = jsize::try_from(bytes.len()) else { return std::ptr::null_mut() };
        // SAFETY: the virtual machine handed itself over for the time of this call; the array is as long as what is
        // copied into it, and nobody else has it yet.
        unsafe {
            let array = ((**self.0).v1_1.NewByteArray)(self.0, length);
            if !array.is_null() {
                ((**self.0).v1_1.SetByteArrayRegion)(
                    self.0,
                    array,
                    0,
                    length,
                    bytes.as_ptr().cast::<jbyte>(),
                );
            }
            array
        }
    }

    /// A new string; null likewise.
    pub(crate) fn string(self, text: &str) -> jstring {
        if text.len() <= SHORT {
            let mut units = [0_u16; SHORT];
            let mut length = 0;
            for (unit, into) in text.encode_utf16().zip(&mut units) {
                *into = unit;
                length += 1;
            }
            return self.string_of(units.get(..length).unwrap_or_default());
        }
        self.string_of(&text.encode_utf16().collect::<Vec<_>>())
    }

    fn string_of(self, units: &[u16]) -> jstring {
        let Ok(length) = jsize::try_from(units.len()) else { return std::ptr::null_mut() };
        // SAFETY: the virtual machine handed itself over for the time of this call, and copies as many units as there are.
        unsafe { ((**self.0).v1_1.NewString)(self.0, units.as_ptr(), length) }
    }

    /// A reference to what a local one leads to, for all threads and until it is forgotten; null where there is none.
    pub(crate) fn keep(self, local: jobject) -> jobject {
        if local.is_null() {
            return local;
        }
        // SAFETY: the virtual machine handed itself over for the time of this call, and the reference is one of it.
        unsafe { ((**self.0).v1_1.NewGlobalRef)(self.0, local) }
    }

    /// Deletes what [`Jvm::keep`] gave, which nobody else has.
    pub(crate) fn forget(self, kept: jobject) {
        // SAFETY: as above, and it is a global one.
        unsafe { ((**self.0).v1_1.DeleteGlobalRef)(self.0, kept) };
    }

    /// Runs an entry that answers with bytes: the number of a code, and what the entry wrote; where it failed, what went
    /// wrong exactly.
    pub(crate) fn answer(self, entry: impl FnOnce(&mut Vec<u8>) -> Result<(), Fault>) -> jbyteArray {
        let mut answer = Code::Ok.number().to_be_bytes().to_vec();
        let mut message = None;
        let code =
            guarded(|| entry(&mut answer).inspect_err(|fault| message = Some(fault.message().to_owned())));
        if code != Code::Ok {
            answer.clear();
            answer.extend(code.number().to_be_bytes());
            answer.extend(message.as_deref().unwrap_or(code.meaning()).as_bytes());
        }
        self.array(&answer)
    }
}

/// Text that came as bytes.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, Fault> {
    utf8::text(bytes).map_err(|error| {
        Fault::new(Code::InvalidUtf8, format!("the text is not UTF-8 from byte {}", error.valid_up_to()))
    })
}
