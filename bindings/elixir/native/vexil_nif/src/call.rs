//! How the virtual machine calls a function, where `rustler::nif` does not say it as it has to be: without a list of
//! arguments on the heap. And with what functions on dirty schedulers are called: terms of the process's own.

use std::ffi::c_int;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rustler::codegen_runtime::handle_nif_result;
use rustler::sys::{ErlNifEnv, ErlNifTerm, enif_make_copy};
use rustler::{Env, Error, NifResult, Term};

/// A copy of a term on the heap of the process that calls. What runs on a dirty scheduler is given nothing else.
///
/// A term may lie in persistent terms, as clients do. The machine frees what is replaced there when no process refers to
/// it any more, and does not look at what a function on a dirty scheduler was called with: it would go on with memory
/// that is freed.
#[rustler::nif]
fn own<'a>(env: Env<'a>, term: Term<'a>) -> Term<'a> {
    // SAFETY: both are of this call. The copy is of this environment.
    unsafe { Term::new(env, enif_make_copy(env.as_c_arg(), term.as_c_arg())) }
}

/// Makes a native function of `function(env, argument, ...)`, whose arguments are terms. `rustler::nif` does so as well,
/// and lists them on the heap at each call, which takes a good part of the time of a read.
macro_rules! read {
    ($name:literal, $function:ident($($argument:ident),+)) => {
        const _: () = {
            unsafe extern "C" fn native(
                env: *mut rustler::sys::ErlNifEnv,
                count: std::ffi::c_int,
                arguments: *const rustler::sys::ErlNifTerm,
            ) -> rustler::sys::ErlNifTerm {
                // SAFETY: the virtual machine calls it, with as many arguments as are said below.
                unsafe {
                    $crate::call::called(env, count, arguments, |env, [$($argument),+]| {
                        $function(env, $($argument),+)
                    })
                }
            }
            rustler::codegen_runtime::inventory::submit!(rustler::Nif {
                name: concat!($name, "\0").as_ptr().cast(),
                arity: [$(stringify!($argument)),+].len() as std::ffi::c_uint,
                flags: rustler::SchedulerFlags::Normal as std::ffi::c_uint,
                raw_func: native,
            });
        };
    };
}
pub(crate) use read;

/// Calls a function as the virtual machine asks for it. A panic is an error of the process that called, as of any native
/// function.
///
/// # Safety
///
/// The virtual machine calls it, with `count` arguments.
#[inline]
pub(crate) unsafe fn called<const N: usize>(
    env: *mut ErlNifEnv,
    count: c_int,
    arguments: *const ErlNifTerm,
    function: impl for<'a> FnOnce(Env<'a>, [Term<'a>; N]) -> NifResult<Term<'a>>,
) -> ErlNifTerm {
    let lifetime = ();
    // SAFETY: it is the machine's, and of this call.
    let env = unsafe { Env::new(&lifetime, env) };
    // SAFETY: as the caller says; they live as long as this call.
    let arguments = unsafe { std::slice::from_raw_parts(arguments, count as usize) };
    let result = catch_unwind(AssertUnwindSafe(|| {
        let arguments: [ErlNifTerm; N] = arguments.try_into().map_err(|_| Error::BadArg)?;
        // SAFETY: they are of this environment.
        function(env, arguments.map(|argument| unsafe { Term::new(env, argument) }))
    }));
    match result {
        Ok(Ok(term)) => term.as_c_arg(),
        // SAFETY: what it gives is handed to the machine at once.
        failed => unsafe { handle_nif_result(failed, env).apply(env) },
    }
}
