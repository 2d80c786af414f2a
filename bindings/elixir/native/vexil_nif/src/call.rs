//! How the virtual machine calls a function, where `rustler::nif` does not say it as it has to be: again on a dirty
//! scheduler, or without a list of arguments on the heap.

use std::ffi::{CStr, c_int};
use std::panic::{AssertUnwindSafe, catch_unwind};

use rustler::codegen_runtime::handle_nif_result;
use rustler::sys::{ErlNifEnv, ErlNifTerm, enif_schedule_nif};
use rustler::{Env, Error, NifResult, SchedulerFlags, Term};

/// Has `function(env, argument, ...)` called on a dirty scheduler, `DirtyCpu` or `DirtyIo`. What comes of it is what the
/// native function that does this comes to.
macro_rules! on {
    ($scheduler:ident, $function:ident($env:expr, $($argument:ident),+)) => {{
        unsafe extern "C" fn there(
            env: *mut rustler::sys::ErlNifEnv,
            count: std::ffi::c_int,
            arguments: *const rustler::sys::ErlNifTerm,
        ) -> rustler::sys::ErlNifTerm {
            // SAFETY: the virtual machine calls it, with the arguments that it is given below.
            unsafe {
                $crate::call::called(env, count, arguments, |env, [$($argument),+]| {
                    Ok($function(env, $($argument.decode()?),+))
                })
            }
        }
        let name = concat!("vexil_", stringify!($function), "\0");
        let arguments = [$(rustler::Encoder::encode(&$argument, $env)),+];
        $crate::call::call($env, name, rustler::SchedulerFlags::$scheduler, there, arguments)
    }};
}
pub(crate) use on;

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

type Native = unsafe extern "C" fn(*mut ErlNifEnv, c_int, *const ErlNifTerm) -> ErlNifTerm;

/// What [`on`] does on this side.
pub(crate) fn call<'a, const N: usize>(
    env: Env<'a>,
    name: &'static str,
    scheduler: SchedulerFlags,
    there: Native,
    arguments: [Term<'a>; N],
) -> Term<'a> {
    let name = CStr::from_bytes_with_nul(name.as_bytes()).unwrap_or(c"vexil");
    let arguments = arguments.map(|argument| argument.as_c_arg());
    let count = N as c_int;
    // SAFETY: name, arguments and environment live as long as this call, and the machine copies the first two. What it
    // gives back is handed to it by whoever called us, with nothing done in between, as it asks for.
    unsafe {
        let scheduled = enif_schedule_nif(
            env.as_c_arg(),
            name.as_ptr(),
            scheduler as c_int,
            there,
            count,
            arguments.as_ptr(),
        );
        Term::new(env, scheduled)
    }
}

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
