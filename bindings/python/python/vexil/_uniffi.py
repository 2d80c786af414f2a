# Made from vexil-ffi by `cargo xtask bless`: not to be changed by hand.
# mypy: ignore-errors
# Common helper code.
#
# Ideally this would live in a separate .py file where it can be unittested etc
# in isolation, and perhaps even published as a re-useable package.
#
# However, it's important that the details of how this helper code works (e.g. the
# way that different builtin types are passed across the FFI) exactly match what's
# expected by the rust code on the other side of the interface. In practice right
# now that means coming from the exact some version of `uniffi` that was used to
# compile the rust component. The easiest way to ensure this is to bundle the Python
# helpers directly inline like we're doing here.

from __future__ import annotations
import os
import sys
import ctypes
from dataclasses import dataclass
import enum
import struct
import contextlib
import datetime
import threading
import itertools
import traceback
import typing
import platform


# Used for default argument values
_DEFAULT = object() # type: typing.Any

import ctypes
import struct

class _UniffiRustBuffer(ctypes.Structure):
    _fields_ = [
        ("capacity", ctypes.c_uint64),
        ("len", ctypes.c_uint64),
        ("data", ctypes.POINTER(ctypes.c_char)),
    ]

    @staticmethod
    def default():
        return _UniffiRustBuffer(0, 0, None)

    @staticmethod
    def alloc(size):
        return _uniffi_rust_call(_UniffiLib.ffi_vexil_ffi_rustbuffer_alloc, size)

    @staticmethod
    def reserve(rbuf, additional):
        return _uniffi_rust_call(_UniffiLib.ffi_vexil_ffi_rustbuffer_reserve, rbuf, additional)

    def free(self):
        return _uniffi_rust_call(_UniffiLib.ffi_vexil_ffi_rustbuffer_free, self)

    def __str__(self):
        return "_UniffiRustBuffer(capacity={}, len={}, data={})".format(
            self.capacity,
            self.len,
            self.data[0:self.len]
        )

    @contextlib.contextmanager
    def alloc_with_builder(*args):
        """Context-manger to allocate a buffer using a _UniffiRustBufferBuilder.

        The allocated buffer will be automatically freed if an error occurs, ensuring that
        we don't accidentally leak it.
        """
        builder = _UniffiRustBufferBuilder()
        try:
            yield builder
        except:
            builder.discard()
            raise

    @contextlib.contextmanager
    def consume_with_stream(self):
        """Context-manager to consume a buffer using a _UniffiRustBufferStream.

        The _UniffiRustBuffer will be freed once the context-manager exits, ensuring that we don't
        leak it even if an error occurs.
        """
        try:
            s = _UniffiRustBufferStream.from_rust_buffer(self)
            yield s
            if s.remaining() != 0:
                raise RuntimeError(f"junk data left in buffer at end of consume_with_stream {s.remaining()}")
        finally:
            self.free()

    @contextlib.contextmanager
    def read_with_stream(self):
        """Context-manager to read a buffer using a _UniffiRustBufferStream.

        This is like consume_with_stream, but doesn't free the buffer afterwards.
        It should only be used with borrowed `_UniffiRustBuffer` data.
        """
        s = _UniffiRustBufferStream.from_rust_buffer(self)
        yield s
        if s.remaining() != 0:
            raise RuntimeError(f"junk data left in buffer at end of read_with_stream {s.remaining()}")

class _UniffiForeignBytes(ctypes.Structure):
    _fields_ = [
        ("len", ctypes.c_int32),
        ("data", ctypes.POINTER(ctypes.c_char)),
    ]

    def __str__(self):
        return "_UniffiForeignBytes(len={}, data={})".format(self.len, self.data[0:self.len])


class _UniffiFfiConverterByRefBytes:
    """Zero-copy converter for `&[u8]` / `[ByRef] bytes` arguments.

    Only `lower` and `check_lower` are valid — zero-copy byte buffers only
    flow foreign -> Rust, and only in argument position. `lift`, `read`, and
    `write` have no sound implementation here.

    CPython `bytes` objects are immutable and their internal buffer doesn't
    move for the lifetime of the object; the caller must keep the source
    `bytes` alive for the duration of the FFI call.
    """

    @staticmethod
    def check_lower(value):
        # Tighter than `bytes-like`: `lower` uses `ctypes.c_char_p` which only
        # accepts `bytes`/`None`, so fail fast with a matching check.
        if not isinstance(value, bytes):
            raise TypeError("a bytes object is required, not {!r}".format(type(value).__name__))

    @staticmethod
    def lower(value):
        fb = _UniffiForeignBytes()
        if len(value) == 0:
            fb.len = 0
            fb.data = None
        else:
            fb.len = len(value)
            fb.data = ctypes.cast(ctypes.c_char_p(value), ctypes.POINTER(ctypes.c_char))
        return fb

    @staticmethod
    def lift(value):
        raise NotImplementedError("ByRef bytes cannot be lifted: zero-copy &[u8] only flows foreign->Rust")

    @staticmethod
    def read(buf):
        raise NotImplementedError("ByRef bytes cannot be read from a buffer: zero-copy &[u8] is only supported in argument position, not nested in records/options/etc.")

    @staticmethod
    def write(value, buf):
        raise NotImplementedError("ByRef bytes cannot be written to a buffer: zero-copy &[u8] is only supported in argument position, not nested in records/options/etc.")


class _UniffiRustBufferStream:
    """
    Helper for structured reading of bytes from a _UniffiRustBuffer
    """

    def __init__(self, data, len):
        self.data = data
        self.len = len
        self.offset = 0

    @classmethod
    def from_rust_buffer(cls, buf):
        return cls(buf.data, buf.len)

    def remaining(self):
        return self.len - self.offset

    def _unpack_from(self, size, format):
        if self.offset + size > self.len:
            raise InternalError("read past end of rust buffer")
        value = struct.unpack(format, self.data[self.offset:self.offset+size])[0]
        self.offset += size
        return value

    def read(self, size):
        if self.offset + size > self.len:
            raise InternalError("read past end of rust buffer")
        data = self.data[self.offset:self.offset+size]
        self.offset += size
        return data

    def read_i8(self):
        return self._unpack_from(1, ">b")

    def read_u8(self):
        return self._unpack_from(1, ">B")

    def read_i16(self):
        return self._unpack_from(2, ">h")

    def read_u16(self):
        return self._unpack_from(2, ">H")

    def read_i32(self):
        return self._unpack_from(4, ">i")

    def read_u32(self):
        return self._unpack_from(4, ">I")

    def read_i64(self):
        return self._unpack_from(8, ">q")

    def read_u64(self):
        return self._unpack_from(8, ">Q")

    def read_float(self):
        v = self._unpack_from(4, ">f")
        return v

    def read_double(self):
        return self._unpack_from(8, ">d")

class _UniffiRustBufferBuilder:
    """
    Helper for structured writing of bytes into a _UniffiRustBuffer.
    """

    def __init__(self):
        self.rbuf = _UniffiRustBuffer.alloc(16)
        self.rbuf.len = 0

    def finalize(self):
        rbuf = self.rbuf
        self.rbuf = None
        return rbuf

    def discard(self):
        if self.rbuf is not None:
            rbuf = self.finalize()
            rbuf.free()

    @contextlib.contextmanager
    def _reserve(self, num_bytes):
        if self.rbuf.len + num_bytes > self.rbuf.capacity:
            self.rbuf = _UniffiRustBuffer.reserve(self.rbuf, num_bytes)
        yield None
        self.rbuf.len += num_bytes

    def _pack_into(self, size, format, value):
        with self._reserve(size):
            packed = struct.pack(format, value)
            if size > 0:
                ctypes.memmove(ctypes.addressof(self.rbuf.data.contents) + self.rbuf.len, packed, size)
    
    def write(self, value):
        length = len(value)
        with self._reserve(length):
            if length > 0:
                ctypes.memmove(ctypes.addressof(self.rbuf.data.contents) + self.rbuf.len, value, length)

    def write_i8(self, v):
        self._pack_into(1, ">b", v)

    def write_u8(self, v):
        self._pack_into(1, ">B", v)

    def write_i16(self, v):
        self._pack_into(2, ">h", v)

    def write_u16(self, v):
        self._pack_into(2, ">H", v)

    def write_i32(self, v):
        self._pack_into(4, ">i", v)

    def write_u32(self, v):
        self._pack_into(4, ">I", v)

    def write_i64(self, v):
        self._pack_into(8, ">q", v)

    def write_u64(self, v):
        self._pack_into(8, ">Q", v)

    def write_float(self, v):
        self._pack_into(4, ">f", v)

    def write_double(self, v):
        self._pack_into(8, ">d", v)

    def write_c_size_t(self, v):
        self._pack_into(ctypes.sizeof(ctypes.c_size_t) , "@N", v)
# A handful of classes and functions to support the generated data structures.
# This would be a good candidate for isolating in its own ffi-support lib.

class InternalError(Exception):
    pass

class _UniffiRustCallStatus(ctypes.Structure):
    """
    Error runtime.
    """
    _fields_ = [
        ("code", ctypes.c_int8),
        ("error_buf", _UniffiRustBuffer),
    ]

    # These match the values from the uniffi::rustcalls module
    CALL_SUCCESS = 0
    CALL_ERROR = 1
    CALL_UNEXPECTED_ERROR = 2

    @staticmethod
    def default():
        return _UniffiRustCallStatus(code=_UniffiRustCallStatus.CALL_SUCCESS, error_buf=_UniffiRustBuffer.default())

    def __str__(self):
        if self.code == _UniffiRustCallStatus.CALL_SUCCESS:
            return "_UniffiRustCallStatus(CALL_SUCCESS)"
        elif self.code == _UniffiRustCallStatus.CALL_ERROR:
            return "_UniffiRustCallStatus(CALL_ERROR)"
        elif self.code == _UniffiRustCallStatus.CALL_UNEXPECTED_ERROR:
            return "_UniffiRustCallStatus(CALL_UNEXPECTED_ERROR)"
        else:
            return "_UniffiRustCallStatus(<invalid code>)"

def _uniffi_rust_call(fn, *args):
    # Call a rust function
    return _uniffi_rust_call_with_error(None, fn, *args)

def _uniffi_rust_call_with_error(error_ffi_converter, fn, *args):
    # Call a rust function and handle any errors
    #
    # This function is used for rust calls that return Result<> and therefore can set the CALL_ERROR status code.
    # error_ffi_converter must be set to the _UniffiConverter for the error class that corresponds to the result.
    call_status = _UniffiRustCallStatus.default()

    args_with_error = args + (ctypes.byref(call_status),)
    result = fn(*args_with_error)
    _uniffi_check_call_status(error_ffi_converter, call_status)
    return result

def _uniffi_check_call_status(error_ffi_converter, call_status):
    if call_status.code == _UniffiRustCallStatus.CALL_SUCCESS:
        pass
    elif call_status.code == _UniffiRustCallStatus.CALL_ERROR:
        if error_ffi_converter is None:
            call_status.error_buf.free()
            raise InternalError("_uniffi_rust_call_with_error: CALL_ERROR, but error_ffi_converter is None")
        else:
            raise error_ffi_converter.lift(call_status.error_buf)
    elif call_status.code == _UniffiRustCallStatus.CALL_UNEXPECTED_ERROR:
        # When the rust code sees a panic, it tries to construct a _UniffiRustBuffer
        # with the message.  But if that code panics, then it just sends back
        # an empty buffer.
        if call_status.error_buf.len > 0:
            msg = _UniffiFfiConverterString.lift(call_status.error_buf)
        else:
            msg = "Unknown rust panic"
        raise InternalError(msg)
    else:
        raise InternalError("Invalid _UniffiRustCallStatus code: {}".format(
            call_status.code))

def _uniffi_trait_interface_call(call_status, make_call, write_return_value):
    try:
        return write_return_value(make_call())
    except Exception as e:
        call_status.code = _UniffiRustCallStatus.CALL_UNEXPECTED_ERROR
        call_status.error_buf = _UniffiFfiConverterString.lower(repr(e))

def _uniffi_trait_interface_call_with_error(call_status, make_call, write_return_value, error_type, lower_error):
    try:
        try:
            return write_return_value(make_call())
        except error_type as e:
            call_status.code = _UniffiRustCallStatus.CALL_ERROR
            call_status.error_buf = lower_error(e)
    except Exception as e:
        call_status.code = _UniffiRustCallStatus.CALL_UNEXPECTED_ERROR
        call_status.error_buf = _UniffiFfiConverterString.lower(repr(e))
# Initial value and increment amount for handles. 
# These ensure that Python-generated handles always have the lowest bit set
_UNIFFI_HANDLEMAP_INITIAL = 1
_UNIFFI_HANDLEMAP_DELTA = 2

class _UniffiHandleMap:
    """
    A map where inserting, getting and removing data is synchronized with a lock.
    """

    def __init__(self):
        # type Handle = int
        self._map = {}  # type: Dict[Handle, Any]
        self._lock = threading.Lock()
        self._counter = _UNIFFI_HANDLEMAP_INITIAL

    def insert(self, obj):
        with self._lock:
            return self._insert(obj)

    """Low-level insert, this assumes `self._lock` is held."""
    def _insert(self, obj):
        handle = self._counter
        self._counter += _UNIFFI_HANDLEMAP_DELTA
        self._map[handle] = obj
        return handle

    def get(self, handle):
        try:
            with self._lock:
                return self._map[handle]
        except KeyError:
            raise InternalError(f"_UniffiHandleMap.get: Invalid handle {handle}")

    def clone(self, handle):
        try:
            with self._lock:
                obj = self._map[handle]
                return self._insert(obj)
        except KeyError:
            raise InternalError(f"_UniffiHandleMap.clone: Invalid handle {handle}")

    def remove(self, handle):
        try:
            with self._lock:
                return self._map.pop(handle)
        except KeyError:
            raise InternalError(f"_UniffiHandleMap.remove: Invalid handle: {handle}")

    def __len__(self):
        return len(self._map)
# Types conforming to `_UniffiConverterPrimitive` pass themselves directly over the FFI.
class _UniffiConverterPrimitive:
    @classmethod
    def lift(cls, value):
        return value

    @classmethod
    def lower(cls, value):
        return value

class _UniffiConverterPrimitiveInt(_UniffiConverterPrimitive):
    @classmethod
    def check_lower(cls, value):
        try:
            value = value.__index__()
        except Exception:
            raise TypeError("'{}' object cannot be interpreted as an integer".format(type(value).__name__))
        if not isinstance(value, int):
            raise TypeError("__index__ returned non-int (type {})".format(type(value).__name__))
        if not cls.VALUE_MIN <= value < cls.VALUE_MAX:
            raise ValueError("{} requires {} <= value < {}".format(cls.CLASS_NAME, cls.VALUE_MIN, cls.VALUE_MAX))

class _UniffiConverterPrimitiveFloat(_UniffiConverterPrimitive):
    @classmethod
    def check_lower(cls, value):
        try:
            value = value.__float__()
        except Exception:
            raise TypeError("must be real number, not {}".format(type(value).__name__))
        if not isinstance(value, float):
            raise TypeError("__float__ returned non-float (type {})".format(type(value).__name__))

# Helper class for wrapper types that will always go through a _UniffiRustBuffer.
# Classes should inherit from this and implement the `read` and `write` static methods.
class _UniffiConverterRustBuffer:
    @classmethod
    def lift(cls, rbuf):
        with rbuf.consume_with_stream() as stream:
            return cls.read(stream)

    @classmethod
    def lower(cls, value):
        with _UniffiRustBuffer.alloc_with_builder() as builder:
            cls.write(value, builder)
            return builder.finalize()

# Contains loading, initialization code, and the FFI Function declarations.
# Define some ctypes FFI types that we use in the library

"""
Function pointer for a Rust task, which a callback function that takes a opaque pointer
"""
_UNIFFI_RUST_TASK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int8)

def _uniffi_future_callback_t(return_type):
    """
    Factory function to create callback function types for async functions
    """
    return ctypes.CFUNCTYPE(None, ctypes.c_uint64, return_type, _UniffiRustCallStatus)

def _uniffi_load_indirect():
    from . import _native

    lib = ctypes.CDLL(_native.__file__)
    return lib

def _uniffi_check_contract_api_version(lib):
    # Get the bindings contract version from our ComponentInterface
    bindings_contract_version = 30
    # Get the scaffolding contract version by calling the into the dylib
    scaffolding_contract_version = lib.ffi_vexil_ffi_uniffi_contract_version()
    if bindings_contract_version != scaffolding_contract_version:
        raise InternalError("UniFFI contract version mismatch: try cleaning and rebuilding your project")

def _uniffi_check_api_checksums(lib):
    if lib.uniffi_vexil_ffi_checksum_func_codes() != 35642:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_func_version() != 43513:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_changelistener_on_change() != 31144:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_generationlistener_on_generation() != 26510:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_statelistener_on_state() != 41625:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_stickystore_get() != 33678:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_stickystore_put() != 32107:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_subscription_cancel() != 47912:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_vexilclient_clear_overrides() != 25853:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_vexilclient_close() != 39520:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_vexilclient_experiment() != 44363:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_vexilclient_explain() != 35920:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_vexilclient_force_refresh() != 17621:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_vexilclient_generation() != 24284:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_vexilclient_get_override() != 56945:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_vexilclient_get_runtime() != 56632:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_vexilclient_handle() != 44108:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_vexilclient_instance_id() != 41862:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_vexilclient_is_ready() != 37309:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_vexilclient_on_change() != 35633:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_vexilclient_on_change_for() != 18583:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_vexilclient_on_generation() != 3122:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_vexilclient_on_state() != 39630:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_vexilclient_overrides() != 10914:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_vexilclient_pinned() != 15278:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_vexilclient_put() != 42663:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_vexilclient_register() != 41083:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_vexilclient_registered() != 56177:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_vexilclient_remove_override() != 31893:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_vexilclient_remove_runtime() != 18211:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_vexilclient_runtime_values() != 11125:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_vexilclient_set_override() != 16578:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_vexilclient_set_runtime() != 2275:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_vexilclient_state() != 42985:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_method_vexilclient_unregister() != 52549:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_constructor_vexilclient_from_env() != 41761:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")
    if lib.uniffi_vexil_ffi_checksum_constructor_vexilclient_start() != 25204:
        raise InternalError("UniFFI API checksum mismatch: try cleaning and rebuilding your project")

# A ctypes library to expose the extern-C FFI definitions.
# This is an implementation detail which will be called internally by the public API.

_UniffiLib = _uniffi_load_indirect()
_UniffiLib.ffi_vexil_ffi_rustbuffer_alloc.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.ffi_vexil_ffi_rustbuffer_alloc.restype = _UniffiRustBuffer
_UniffiLib.ffi_vexil_ffi_rustbuffer_from_bytes.argtypes = (
    _UniffiForeignBytes,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.ffi_vexil_ffi_rustbuffer_from_bytes.restype = _UniffiRustBuffer
_UniffiLib.ffi_vexil_ffi_rustbuffer_free.argtypes = (
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.ffi_vexil_ffi_rustbuffer_free.restype = None
_UniffiLib.ffi_vexil_ffi_rustbuffer_reserve.argtypes = (
    _UniffiRustBuffer,
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.ffi_vexil_ffi_rustbuffer_reserve.restype = _UniffiRustBuffer
_UniffiLib.ffi_vexil_ffi_uniffi_contract_version.argtypes = (
)
_UniffiLib.ffi_vexil_ffi_uniffi_contract_version.restype = ctypes.c_uint32
_UniffiLib.uniffi_vexil_ffi_checksum_func_codes.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_func_codes.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_func_version.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_func_version.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_changelistener_on_change.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_changelistener_on_change.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_generationlistener_on_generation.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_generationlistener_on_generation.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_statelistener_on_state.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_statelistener_on_state.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_stickystore_get.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_stickystore_get.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_stickystore_put.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_stickystore_put.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_subscription_cancel.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_subscription_cancel.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_clear_overrides.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_clear_overrides.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_close.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_close.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_experiment.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_experiment.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_explain.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_explain.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_force_refresh.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_force_refresh.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_generation.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_generation.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_get_override.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_get_override.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_get_runtime.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_get_runtime.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_handle.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_handle.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_instance_id.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_instance_id.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_is_ready.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_is_ready.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_on_change.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_on_change.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_on_change_for.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_on_change_for.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_on_generation.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_on_generation.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_on_state.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_on_state.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_overrides.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_overrides.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_pinned.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_pinned.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_put.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_put.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_register.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_register.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_registered.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_registered.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_remove_override.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_remove_override.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_remove_runtime.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_remove_runtime.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_runtime_values.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_runtime_values.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_set_override.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_set_override.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_set_runtime.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_set_runtime.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_state.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_state.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_unregister.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_method_vexilclient_unregister.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_constructor_vexilclient_from_env.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_constructor_vexilclient_from_env.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_checksum_constructor_vexilclient_start.argtypes = (
)
_UniffiLib.uniffi_vexil_ffi_checksum_constructor_vexilclient_start.restype = ctypes.c_uint16
_UniffiLib.uniffi_vexil_ffi_fn_func_codes.argtypes = (
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_func_codes.restype = _UniffiRustBuffer
_UniffiLib.uniffi_vexil_ffi_fn_func_version.argtypes = (
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_func_version.restype = _UniffiRustBuffer
_UniffiLib.uniffi_vexil_ffi_fn_method_changelistener_on_change.argtypes = (
    ctypes.c_uint64,
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_changelistener_on_change.restype = None
_UniffiLib.uniffi_vexil_ffi_fn_method_generationlistener_on_generation.argtypes = (
    ctypes.c_uint64,
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_generationlistener_on_generation.restype = None
_UniffiLib.uniffi_vexil_ffi_fn_method_statelistener_on_state.argtypes = (
    ctypes.c_uint64,
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_statelistener_on_state.restype = None
_UniffiLib.uniffi_vexil_ffi_fn_method_stickystore_get.argtypes = (
    ctypes.c_uint64,
    _UniffiRustBuffer,
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_stickystore_get.restype = _UniffiRustBuffer
_UniffiLib.uniffi_vexil_ffi_fn_method_stickystore_put.argtypes = (
    ctypes.c_uint64,
    _UniffiRustBuffer,
    _UniffiRustBuffer,
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_stickystore_put.restype = None
_UniffiLib.uniffi_vexil_ffi_fn_method_subscription_cancel.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_subscription_cancel.restype = None
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_clear_overrides.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_clear_overrides.restype = None
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_close.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_close.restype = None
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_experiment.argtypes = (
    ctypes.c_uint64,
    _UniffiRustBuffer,
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_experiment.restype = _UniffiRustBuffer
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_explain.argtypes = (
    ctypes.c_uint64,
    _UniffiRustBuffer,
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_explain.restype = _UniffiRustBuffer
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_force_refresh.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_force_refresh.restype = None
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_generation.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_generation.restype = ctypes.c_uint64
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_get_override.argtypes = (
    ctypes.c_uint64,
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_get_override.restype = _UniffiRustBuffer
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_get_runtime.argtypes = (
    ctypes.c_uint64,
    _UniffiRustBuffer,
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_get_runtime.restype = _UniffiRustBuffer
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_handle.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_handle.restype = ctypes.c_uint64
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_instance_id.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_instance_id.restype = _UniffiRustBuffer
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_is_ready.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_is_ready.restype = ctypes.c_int8
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_on_change.argtypes = (
    ctypes.c_uint64,
    _UniffiRustBuffer,
    _UniffiRustBuffer,
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_on_change.restype = ctypes.c_uint64
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_on_change_for.argtypes = (
    ctypes.c_uint64,
    _UniffiRustBuffer,
    _UniffiRustBuffer,
    _UniffiRustBuffer,
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_on_change_for.restype = ctypes.c_uint64
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_on_generation.argtypes = (
    ctypes.c_uint64,
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_on_generation.restype = ctypes.c_uint64
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_on_state.argtypes = (
    ctypes.c_uint64,
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_on_state.restype = ctypes.c_uint64
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_overrides.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_overrides.restype = _UniffiRustBuffer
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_pinned.argtypes = (
    ctypes.c_uint64,
    _UniffiRustBuffer,
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_pinned.restype = ctypes.c_uint64
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_put.argtypes = (
    ctypes.c_uint64,
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_put.restype = None
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_register.argtypes = (
    ctypes.c_uint64,
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_register.restype = None
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_registered.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_registered.restype = _UniffiRustBuffer
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_remove_override.argtypes = (
    ctypes.c_uint64,
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_remove_override.restype = None
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_remove_runtime.argtypes = (
    ctypes.c_uint64,
    _UniffiRustBuffer,
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_remove_runtime.restype = None
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_runtime_values.argtypes = (
    ctypes.c_uint64,
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_runtime_values.restype = _UniffiRustBuffer
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_set_override.argtypes = (
    ctypes.c_uint64,
    _UniffiRustBuffer,
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_set_override.restype = None
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_set_runtime.argtypes = (
    ctypes.c_uint64,
    _UniffiRustBuffer,
    _UniffiRustBuffer,
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_set_runtime.restype = None
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_state.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_state.restype = _UniffiRustBuffer
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_unregister.argtypes = (
    ctypes.c_uint64,
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_unregister.restype = None
_UniffiLib.uniffi_vexil_ffi_fn_constructor_vexilclient_from_env.argtypes = (
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_constructor_vexilclient_from_env.restype = ctypes.c_uint64
_UniffiLib.uniffi_vexil_ffi_fn_constructor_vexilclient_start.argtypes = (
    _UniffiRustBuffer,
    _UniffiRustBuffer,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_constructor_vexilclient_start.restype = ctypes.c_uint64
_UniffiLib.uniffi_vexil_ffi_fn_clone_changelistener.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_clone_changelistener.restype = ctypes.c_uint64
_UniffiLib.uniffi_vexil_ffi_fn_free_changelistener.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_free_changelistener.restype = None
_UniffiLib.uniffi_vexil_ffi_fn_clone_generationlistener.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_clone_generationlistener.restype = ctypes.c_uint64
_UniffiLib.uniffi_vexil_ffi_fn_free_generationlistener.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_free_generationlistener.restype = None
_UniffiLib.uniffi_vexil_ffi_fn_clone_statelistener.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_clone_statelistener.restype = ctypes.c_uint64
_UniffiLib.uniffi_vexil_ffi_fn_free_statelistener.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_free_statelistener.restype = None
_UniffiLib.uniffi_vexil_ffi_fn_clone_stickystore.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_clone_stickystore.restype = ctypes.c_uint64
_UniffiLib.uniffi_vexil_ffi_fn_free_stickystore.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_free_stickystore.restype = None
_UniffiLib.uniffi_vexil_ffi_fn_clone_subscription.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_clone_subscription.restype = ctypes.c_uint64
_UniffiLib.uniffi_vexil_ffi_fn_free_subscription.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_free_subscription.restype = None
_UniffiLib.uniffi_vexil_ffi_fn_clone_vexilclient.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_clone_vexilclient.restype = ctypes.c_uint64
_UniffiLib.uniffi_vexil_ffi_fn_free_vexilclient.argtypes = (
    ctypes.c_uint64,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UniffiLib.uniffi_vexil_ffi_fn_free_vexilclient.restype = None
_UNIFFI_CALLBACK_INTERFACE_VEXIL_CHANGE_LISTENER_METHOD0 = ctypes.CFUNCTYPE(None,ctypes.c_uint64,_UniffiRustBuffer,ctypes.c_void_p,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UNIFFI_CALLBACK_INTERFACE_CLONE_VEXIL_CHANGE_LISTENER = ctypes.CFUNCTYPE(ctypes.c_uint64,ctypes.c_uint64,
)
_UNIFFI_CALLBACK_INTERFACE_FREE_VEXIL_CHANGE_LISTENER = ctypes.CFUNCTYPE(None,ctypes.c_uint64,
)
class _UniffiVTableCallbackInterfaceVexilChangeListener(ctypes.Structure):
    _fields_ = [
        ("uniffi_free", _UNIFFI_CALLBACK_INTERFACE_FREE_VEXIL_CHANGE_LISTENER),
        ("uniffi_clone", _UNIFFI_CALLBACK_INTERFACE_CLONE_VEXIL_CHANGE_LISTENER),
        ("on_change", _UNIFFI_CALLBACK_INTERFACE_VEXIL_CHANGE_LISTENER_METHOD0),
    ]
_UniffiLib.uniffi_vexil_ffi_fn_init_callback_vtable_changelistener.argtypes = (
    ctypes.POINTER(_UniffiVTableCallbackInterfaceVexilChangeListener),
)
_UniffiLib.uniffi_vexil_ffi_fn_init_callback_vtable_changelistener.restype = None
_UNIFFI_CALLBACK_INTERFACE_VEXIL_GENERATION_LISTENER_METHOD0 = ctypes.CFUNCTYPE(None,ctypes.c_uint64,ctypes.c_uint64,ctypes.c_void_p,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UNIFFI_CALLBACK_INTERFACE_CLONE_VEXIL_GENERATION_LISTENER = ctypes.CFUNCTYPE(ctypes.c_uint64,ctypes.c_uint64,
)
_UNIFFI_CALLBACK_INTERFACE_FREE_VEXIL_GENERATION_LISTENER = ctypes.CFUNCTYPE(None,ctypes.c_uint64,
)
class _UniffiVTableCallbackInterfaceVexilGenerationListener(ctypes.Structure):
    _fields_ = [
        ("uniffi_free", _UNIFFI_CALLBACK_INTERFACE_FREE_VEXIL_GENERATION_LISTENER),
        ("uniffi_clone", _UNIFFI_CALLBACK_INTERFACE_CLONE_VEXIL_GENERATION_LISTENER),
        ("on_generation", _UNIFFI_CALLBACK_INTERFACE_VEXIL_GENERATION_LISTENER_METHOD0),
    ]
_UniffiLib.uniffi_vexil_ffi_fn_init_callback_vtable_generationlistener.argtypes = (
    ctypes.POINTER(_UniffiVTableCallbackInterfaceVexilGenerationListener),
)
_UniffiLib.uniffi_vexil_ffi_fn_init_callback_vtable_generationlistener.restype = None
_UNIFFI_CALLBACK_INTERFACE_VEXIL_STATE_LISTENER_METHOD0 = ctypes.CFUNCTYPE(None,ctypes.c_uint64,_UniffiRustBuffer,ctypes.c_void_p,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UNIFFI_CALLBACK_INTERFACE_CLONE_VEXIL_STATE_LISTENER = ctypes.CFUNCTYPE(ctypes.c_uint64,ctypes.c_uint64,
)
_UNIFFI_CALLBACK_INTERFACE_FREE_VEXIL_STATE_LISTENER = ctypes.CFUNCTYPE(None,ctypes.c_uint64,
)
class _UniffiVTableCallbackInterfaceVexilStateListener(ctypes.Structure):
    _fields_ = [
        ("uniffi_free", _UNIFFI_CALLBACK_INTERFACE_FREE_VEXIL_STATE_LISTENER),
        ("uniffi_clone", _UNIFFI_CALLBACK_INTERFACE_CLONE_VEXIL_STATE_LISTENER),
        ("on_state", _UNIFFI_CALLBACK_INTERFACE_VEXIL_STATE_LISTENER_METHOD0),
    ]
_UniffiLib.uniffi_vexil_ffi_fn_init_callback_vtable_statelistener.argtypes = (
    ctypes.POINTER(_UniffiVTableCallbackInterfaceVexilStateListener),
)
_UniffiLib.uniffi_vexil_ffi_fn_init_callback_vtable_statelistener.restype = None
_UNIFFI_CALLBACK_INTERFACE_VEXIL_STICKY_STORE_METHOD0 = ctypes.CFUNCTYPE(None,ctypes.c_uint64,_UniffiRustBuffer,_UniffiRustBuffer,ctypes.POINTER(_UniffiRustBuffer),
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UNIFFI_CALLBACK_INTERFACE_VEXIL_STICKY_STORE_METHOD1 = ctypes.CFUNCTYPE(None,ctypes.c_uint64,_UniffiRustBuffer,_UniffiRustBuffer,_UniffiRustBuffer,ctypes.c_void_p,
    ctypes.POINTER(_UniffiRustCallStatus),
)
_UNIFFI_CALLBACK_INTERFACE_CLONE_VEXIL_STICKY_STORE = ctypes.CFUNCTYPE(ctypes.c_uint64,ctypes.c_uint64,
)
_UNIFFI_CALLBACK_INTERFACE_FREE_VEXIL_STICKY_STORE = ctypes.CFUNCTYPE(None,ctypes.c_uint64,
)
class _UniffiVTableCallbackInterfaceVexilStickyStore(ctypes.Structure):
    _fields_ = [
        ("uniffi_free", _UNIFFI_CALLBACK_INTERFACE_FREE_VEXIL_STICKY_STORE),
        ("uniffi_clone", _UNIFFI_CALLBACK_INTERFACE_CLONE_VEXIL_STICKY_STORE),
        ("get", _UNIFFI_CALLBACK_INTERFACE_VEXIL_STICKY_STORE_METHOD0),
        ("put", _UNIFFI_CALLBACK_INTERFACE_VEXIL_STICKY_STORE_METHOD1),
    ]
_UniffiLib.uniffi_vexil_ffi_fn_init_callback_vtable_stickystore.argtypes = (
    ctypes.POINTER(_UniffiVTableCallbackInterfaceVexilStickyStore),
)
_UniffiLib.uniffi_vexil_ffi_fn_init_callback_vtable_stickystore.restype = None

_uniffi_check_contract_api_version(_UniffiLib)
# _uniffi_check_api_checksums(_UniffiLib)



# Public interface members begin here.


class _UniffiFfiConverterString:
    @staticmethod
    def check_lower(value):
        if not isinstance(value, str):
            raise TypeError("argument must be str, not {}".format(type(value).__name__))
        return value

    @staticmethod
    def read(buf):
        size = buf.read_i32()
        if size < 0:
            raise InternalError("Unexpected negative string length")
        utf8_bytes = buf.read(size)
        return utf8_bytes.decode("utf-8")

    @staticmethod
    def write(value, buf):
        utf8_bytes = value.encode("utf-8")
        buf.write_i32(len(utf8_bytes))
        buf.write(utf8_bytes)

    @staticmethod
    def lift(buf):
        with buf.consume_with_stream() as stream:
            return stream.read(stream.remaining()).decode("utf-8")

    @staticmethod
    def lower(value):
        with _UniffiRustBuffer.alloc_with_builder() as builder:
            builder.write(value.encode("utf-8"))
            return builder.finalize()

class _UniffiFfiConverterOptionalString(_UniffiConverterRustBuffer):
    @classmethod
    def check_lower(cls, value):
        if value is not None:
            _UniffiFfiConverterString.check_lower(value)

    @classmethod
    def write(cls, value, buf):
        if value is None:
            buf.write_u8(0)
            return

        buf.write_u8(1)
        _UniffiFfiConverterString.write(value, buf)

    @classmethod
    def read(cls, buf):
        flag = buf.read_u8()
        if flag == 0:
            return None
        elif flag == 1:
            return _UniffiFfiConverterString.read(buf)
        else:
            raise InternalError("Unexpected flag byte for optional type")

class _UniffiFfiConverterBoolean:
    @classmethod
    def check_lower(cls, value):
        return not not value

    @classmethod
    def lower(cls, value):
        return 1 if value else 0

    @staticmethod
    def lift(value):
        return value != 0

    @classmethod
    def read(cls, buf):
        return cls.lift(buf.read_u8())

    @classmethod
    def write(cls, value, buf):
        buf.write_u8(value)

class _UniffiFfiConverterUInt64(_UniffiConverterPrimitiveInt):
    CLASS_NAME = "u64"
    VALUE_MIN = 0
    VALUE_MAX = 2**64

    @staticmethod
    def read(buf):
        return buf.read_u64()

    @staticmethod
    def write(value, buf):
        buf.write_u64(value)

class _UniffiFfiConverterOptionalUInt64(_UniffiConverterRustBuffer):
    @classmethod
    def check_lower(cls, value):
        if value is not None:
            _UniffiFfiConverterUInt64.check_lower(value)

    @classmethod
    def write(cls, value, buf):
        if value is None:
            buf.write_u8(0)
            return

        buf.write_u8(1)
        _UniffiFfiConverterUInt64.write(value, buf)

    @classmethod
    def read(cls, buf):
        flag = buf.read_u8()
        if flag == 0:
            return None
        elif flag == 1:
            return _UniffiFfiConverterUInt64.read(buf)
        else:
            raise InternalError("Unexpected flag byte for optional type")

@dataclass
class Assignment:
    """
    The variant that an experiment gives.
"""
    def __init__(self, *, experiment:str, variant:str, name:typing.Optional[str], is_control:bool, config_json:str, unit:typing.Optional[str], unit_attribute:str, reason:str, version:int, origin:str, stale_ms:typing.Optional[int]):
        self.experiment = experiment
        self.variant = variant
        self.name = name
        self.is_control = is_control
        self.config_json = config_json
        self.unit = unit
        self.unit_attribute = unit_attribute
        self.reason = reason
        self.version = version
        self.origin = origin
        self.stale_ms = stale_ms
        
        

    
    def __str__(self):
        return "Assignment(experiment={}, variant={}, name={}, is_control={}, config_json={}, unit={}, unit_attribute={}, reason={}, version={}, origin={}, stale_ms={})".format(self.experiment, self.variant, self.name, self.is_control, self.config_json, self.unit, self.unit_attribute, self.reason, self.version, self.origin, self.stale_ms)
    def __eq__(self, other):
        if self.experiment != other.experiment:
            return False
        if self.variant != other.variant:
            return False
        if self.name != other.name:
            return False
        if self.is_control != other.is_control:
            return False
        if self.config_json != other.config_json:
            return False
        if self.unit != other.unit:
            return False
        if self.unit_attribute != other.unit_attribute:
            return False
        if self.reason != other.reason:
            return False
        if self.version != other.version:
            return False
        if self.origin != other.origin:
            return False
        if self.stale_ms != other.stale_ms:
            return False
        return True

class _UniffiFfiConverterTypeAssignment(_UniffiConverterRustBuffer):
    @staticmethod
    def read(buf):
        return Assignment(
            experiment=_UniffiFfiConverterString.read(buf),
            variant=_UniffiFfiConverterString.read(buf),
            name=_UniffiFfiConverterOptionalString.read(buf),
            is_control=_UniffiFfiConverterBoolean.read(buf),
            config_json=_UniffiFfiConverterString.read(buf),
            unit=_UniffiFfiConverterOptionalString.read(buf),
            unit_attribute=_UniffiFfiConverterString.read(buf),
            reason=_UniffiFfiConverterString.read(buf),
            version=_UniffiFfiConverterUInt64.read(buf),
            origin=_UniffiFfiConverterString.read(buf),
            stale_ms=_UniffiFfiConverterOptionalUInt64.read(buf),
        )

    @staticmethod
    def check_lower(value):
        _UniffiFfiConverterString.check_lower(value.experiment)
        _UniffiFfiConverterString.check_lower(value.variant)
        _UniffiFfiConverterOptionalString.check_lower(value.name)
        _UniffiFfiConverterBoolean.check_lower(value.is_control)
        _UniffiFfiConverterString.check_lower(value.config_json)
        _UniffiFfiConverterOptionalString.check_lower(value.unit)
        _UniffiFfiConverterString.check_lower(value.unit_attribute)
        _UniffiFfiConverterString.check_lower(value.reason)
        _UniffiFfiConverterUInt64.check_lower(value.version)
        _UniffiFfiConverterString.check_lower(value.origin)
        _UniffiFfiConverterOptionalUInt64.check_lower(value.stale_ms)

    @staticmethod
    def write(value, buf):
        _UniffiFfiConverterString.write(value.experiment, buf)
        _UniffiFfiConverterString.write(value.variant, buf)
        _UniffiFfiConverterOptionalString.write(value.name, buf)
        _UniffiFfiConverterBoolean.write(value.is_control, buf)
        _UniffiFfiConverterString.write(value.config_json, buf)
        _UniffiFfiConverterOptionalString.write(value.unit, buf)
        _UniffiFfiConverterString.write(value.unit_attribute, buf)
        _UniffiFfiConverterString.write(value.reason, buf)
        _UniffiFfiConverterUInt64.write(value.version, buf)
        _UniffiFfiConverterString.write(value.origin, buf)
        _UniffiFfiConverterOptionalUInt64.write(value.stale_ms, buf)






class SourceOptions:
    """
    Where definitions come from.
"""
    def __init__(self):
        raise RuntimeError("SourceOptions cannot be instantiated directly")

    # Each enum variant is a nested class of the enum itself.
    @dataclass
    class HTTP:
        """
        A control plane, asked over HTTP.
"""
        
        def __init__(self, url:str, key:str):
            self.url = url
            
            """
        Its address: `https://flags.example.com`.
"""
        
            self.key = key
            
            """
        An SDK key, of one environment.
"""
        
            pass

    
            
            
    
        def __str__(self):
            return "SourceOptions.HTTP(url={}, key={})".format(self.url, self.key)
        def __eq__(self, other):
            if not isinstance(other, SourceOptions):
                return NotImplemented
            if not other.is_HTTP():
                return False
            if self.url != other.url:
                return False
            if self.key != other.key:
                return False
            return True

    @dataclass
    class FILE:
        """
        A file with definitions, in JSON; watched.
"""
        
        def __init__(self, path:str):
            self.path = path
            
            """
        Where it is.
"""
        
            pass

    
            
            
    
        def __str__(self):
            return "SourceOptions.FILE(path={})".format(self.path)
        def __eq__(self, other):
            if not isinstance(other, SourceOptions):
                return NotImplemented
            if not other.is_FILE():
                return False
            if self.path != other.path:
                return False
            return True

    @dataclass
    class MEMORY:
        """
        The definitions themselves, in JSON.
"""
        
        def __init__(self, definitions:str):
            self.definitions = definitions
            
            """
        A bundle, a list, or one definition.
"""
        
            pass

    
            
            
    
        def __str__(self):
            return "SourceOptions.MEMORY(definitions={})".format(self.definitions)
        def __eq__(self, other):
            if not isinstance(other, SourceOptions):
                return NotImplemented
            if not other.is_MEMORY():
                return False
            if self.definitions != other.definitions:
                return False
            return True

    

    # For each variant, we have `is_NAME` and `is_name` methods for easily checking
    # whether an instance is that variant.
    def is_HTTP(self) -> bool:
        return isinstance(self, SourceOptions.HTTP)
    def is_http(self) -> bool:
        return isinstance(self, SourceOptions.HTTP)
    def is_FILE(self) -> bool:
        return isinstance(self, SourceOptions.FILE)
    def is_file(self) -> bool:
        return isinstance(self, SourceOptions.FILE)
    def is_MEMORY(self) -> bool:
        return isinstance(self, SourceOptions.MEMORY)
    def is_memory(self) -> bool:
        return isinstance(self, SourceOptions.MEMORY)
    

# Now, a little trick - we make each nested variant class be a subclass of the main
# enum class, so that method calls and instance checks etc will work intuitively.
# We might be able to do this a little more neatly with a metaclass, but this'll do.
SourceOptions.HTTP = type("SourceOptions.HTTP", (SourceOptions.HTTP, SourceOptions,), {})  # type: ignore
SourceOptions.FILE = type("SourceOptions.FILE", (SourceOptions.FILE, SourceOptions,), {})  # type: ignore
SourceOptions.MEMORY = type("SourceOptions.MEMORY", (SourceOptions.MEMORY, SourceOptions,), {})  # type: ignore




class _UniffiFfiConverterTypeSourceOptions(_UniffiConverterRustBuffer):
    @staticmethod
    def read(buf):
        variant = buf.read_i32()
        if variant == 1:
            return SourceOptions.HTTP(
                _UniffiFfiConverterString.read(buf),
                _UniffiFfiConverterString.read(buf),
            )
        if variant == 2:
            return SourceOptions.FILE(
                _UniffiFfiConverterString.read(buf),
            )
        if variant == 3:
            return SourceOptions.MEMORY(
                _UniffiFfiConverterString.read(buf),
            )
        raise InternalError("Raw enum value doesn't match any cases")

    @staticmethod
    def check_lower(value):
        if value.is_HTTP():
            _UniffiFfiConverterString.check_lower(value.url)
            _UniffiFfiConverterString.check_lower(value.key)
            return
        if value.is_FILE():
            _UniffiFfiConverterString.check_lower(value.path)
            return
        if value.is_MEMORY():
            _UniffiFfiConverterString.check_lower(value.definitions)
            return
        raise ValueError(value)

    @staticmethod
    def write(value, buf):
        if value.is_HTTP():
            buf.write_i32(1)
            _UniffiFfiConverterString.write(value.url, buf)
            _UniffiFfiConverterString.write(value.key, buf)
        if value.is_FILE():
            buf.write_i32(2)
            _UniffiFfiConverterString.write(value.path, buf)
        if value.is_MEMORY():
            buf.write_i32(3)
            _UniffiFfiConverterString.write(value.definitions, buf)








class Streaming(enum.Enum):
    """
    How a control plane tells of changes.
"""
    
    OFF = 0
    """
    It is asked every now and then.
"""
    
    EVENTS = 1
    """
    Server-sent events; asked every now and then while they are away.
"""
    
    WEB_SOCKET = 2
    """
    A WebSocket; likewise.
"""
    


class _UniffiFfiConverterTypeStreaming(_UniffiConverterRustBuffer):
    @staticmethod
    def read(buf):
        variant = buf.read_i32()
        if variant == 1:
            return Streaming.OFF
        if variant == 2:
            return Streaming.EVENTS
        if variant == 3:
            return Streaming.WEB_SOCKET
        raise InternalError("Raw enum value doesn't match any cases")

    @staticmethod
    def check_lower(value):
        if value == Streaming.OFF:
            return
        if value == Streaming.EVENTS:
            return
        if value == Streaming.WEB_SOCKET:
            return
        raise ValueError(value)

    @staticmethod
    def write(value, buf):
        if value == Streaming.OFF:
            buf.write_i32(1)
        if value == Streaming.EVENTS:
            buf.write_i32(2)
        if value == Streaming.WEB_SOCKET:
            buf.write_i32(3)



class _UniffiFfiConverterOptionalTypeStreaming(_UniffiConverterRustBuffer):
    @classmethod
    def check_lower(cls, value):
        if value is not None:
            _UniffiFfiConverterTypeStreaming.check_lower(value)

    @classmethod
    def write(cls, value, buf):
        if value is None:
            buf.write_u8(0)
            return

        buf.write_u8(1)
        _UniffiFfiConverterTypeStreaming.write(value, buf)

    @classmethod
    def read(cls, buf):
        flag = buf.read_u8()
        if flag == 0:
            return None
        elif flag == 1:
            return _UniffiFfiConverterTypeStreaming.read(buf)
        else:
            raise InternalError("Unexpected flag byte for optional type")

class _UniffiFfiConverterUInt32(_UniffiConverterPrimitiveInt):
    CLASS_NAME = "u32"
    VALUE_MIN = 0
    VALUE_MAX = 2**32

    @staticmethod
    def read(buf):
        return buf.read_u32()

    @staticmethod
    def write(value, buf):
        buf.write_u32(value)

class _UniffiFfiConverterOptionalUInt32(_UniffiConverterRustBuffer):
    @classmethod
    def check_lower(cls, value):
        if value is not None:
            _UniffiFfiConverterUInt32.check_lower(value)

    @classmethod
    def write(cls, value, buf):
        if value is None:
            buf.write_u8(0)
            return

        buf.write_u8(1)
        _UniffiFfiConverterUInt32.write(value, buf)

    @classmethod
    def read(cls, buf):
        flag = buf.read_u8()
        if flag == 0:
            return None
        elif flag == 1:
            return _UniffiFfiConverterUInt32.read(buf)
        else:
            raise InternalError("Unexpected flag byte for optional type")






class Fallback(enum.Enum):
    """
    What a read comes to without definitions.
"""
    
    CACHE = 0
    """
    The last known good, and without one the caller's default.
"""
    
    DEFAULT = 1
    """
    The caller's default; nothing is read from disk.
"""
    
    THROW = 2
    """
    As `cache`; a client that finds none, nor an answer in time, does not start. No read is an error.
"""
    


class _UniffiFfiConverterTypeFallback(_UniffiConverterRustBuffer):
    @staticmethod
    def read(buf):
        variant = buf.read_i32()
        if variant == 1:
            return Fallback.CACHE
        if variant == 2:
            return Fallback.DEFAULT
        if variant == 3:
            return Fallback.THROW
        raise InternalError("Raw enum value doesn't match any cases")

    @staticmethod
    def check_lower(value):
        if value == Fallback.CACHE:
            return
        if value == Fallback.DEFAULT:
            return
        if value == Fallback.THROW:
            return
        raise ValueError(value)

    @staticmethod
    def write(value, buf):
        if value == Fallback.CACHE:
            buf.write_i32(1)
        if value == Fallback.DEFAULT:
            buf.write_i32(2)
        if value == Fallback.THROW:
            buf.write_i32(3)



class _UniffiFfiConverterOptionalTypeFallback(_UniffiConverterRustBuffer):
    @classmethod
    def check_lower(cls, value):
        if value is not None:
            _UniffiFfiConverterTypeFallback.check_lower(value)

    @classmethod
    def write(cls, value, buf):
        if value is None:
            buf.write_u8(0)
            return

        buf.write_u8(1)
        _UniffiFfiConverterTypeFallback.write(value, buf)

    @classmethod
    def read(cls, buf):
        flag = buf.read_u8()
        if flag == 0:
            return None
        elif flag == 1:
            return _UniffiFfiConverterTypeFallback.read(buf)
        else:
            raise InternalError("Unexpected flag byte for optional type")

@dataclass
class TrustedKeyOptions:
    """
    A key that snapshots must be signed with.
"""
    def __init__(self, *, id:str, public:str):
        self.id = id
        self.public = public
        
        

    
    def __str__(self):
        return "TrustedKeyOptions(id={}, public={})".format(self.id, self.public)
    def __eq__(self, other):
        if self.id != other.id:
            return False
        if self.public != other.public:
            return False
        return True

class _UniffiFfiConverterTypeTrustedKeyOptions(_UniffiConverterRustBuffer):
    @staticmethod
    def read(buf):
        return TrustedKeyOptions(
            id=_UniffiFfiConverterString.read(buf),
            public=_UniffiFfiConverterString.read(buf),
        )

    @staticmethod
    def check_lower(value):
        _UniffiFfiConverterString.check_lower(value.id)
        _UniffiFfiConverterString.check_lower(value.public)

    @staticmethod
    def write(value, buf):
        _UniffiFfiConverterString.write(value.id, buf)
        _UniffiFfiConverterString.write(value.public, buf)

class _UniffiFfiConverterSequenceTypeTrustedKeyOptions(_UniffiConverterRustBuffer):
    @classmethod
    def check_lower(cls, value):
        for item in value:
            _UniffiFfiConverterTypeTrustedKeyOptions.check_lower(item)

    @classmethod
    def write(cls, value, buf):
        items = len(value)
        buf.write_i32(items)
        for item in value:
            _UniffiFfiConverterTypeTrustedKeyOptions.write(item, buf)

    @classmethod
    def read(cls, buf):
        count = buf.read_i32()
        if count < 0:
            raise InternalError("Unexpected negative sequence length")

        return [
            _UniffiFfiConverterTypeTrustedKeyOptions.read(buf) for i in range(count)
        ]

class _UniffiFfiConverterOptionalBoolean(_UniffiConverterRustBuffer):
    @classmethod
    def check_lower(cls, value):
        if value is not None:
            _UniffiFfiConverterBoolean.check_lower(value)

    @classmethod
    def write(cls, value, buf):
        if value is None:
            buf.write_u8(0)
            return

        buf.write_u8(1)
        _UniffiFfiConverterBoolean.write(value, buf)

    @classmethod
    def read(cls, buf):
        flag = buf.read_u8()
        if flag == 0:
            return None
        elif flag == 1:
            return _UniffiFfiConverterBoolean.read(buf)
        else:
            raise InternalError("Unexpected flag byte for optional type")

@dataclass
class ClientOptions:
    """
    All options. Times are in milliseconds.
"""
    def __init__(self, *, source:SourceOptions, environment:typing.Optional[str] = _DEFAULT, bootstrap:typing.Optional[str] = _DEFAULT, polling_interval_ms:typing.Optional[int] = _DEFAULT, streaming:typing.Optional[Streaming] = _DEFAULT, silence_ms:typing.Optional[int] = _DEFAULT, request_timeout_ms:typing.Optional[int] = _DEFAULT, start_timeout_ms:typing.Optional[int] = _DEFAULT, cache_folder:typing.Optional[str] = _DEFAULT, cache_max_age_ms:typing.Optional[int] = _DEFAULT, retry_attempts:typing.Optional[int] = _DEFAULT, retry_base_ms:typing.Optional[int] = _DEFAULT, retry_max_ms:typing.Optional[int] = _DEFAULT, fallback:typing.Optional[Fallback] = _DEFAULT, offline:bool = False, threadless:bool = False, trusted_keys:typing.List[TrustedKeyOptions] = _DEFAULT, certificates:typing.Optional[str] = _DEFAULT, allow_overrides:typing.Optional[bool] = _DEFAULT, sticky_file:typing.Optional[str] = _DEFAULT, sticky_capacity:typing.Optional[int] = _DEFAULT, telemetry:typing.Optional[bool] = _DEFAULT, telemetry_interval_ms:typing.Optional[int] = _DEFAULT, telemetry_exposures:typing.Optional[bool] = _DEFAULT, sdk:typing.Optional[str] = _DEFAULT, instance_id:typing.Optional[str] = _DEFAULT, service_name:typing.Optional[str] = _DEFAULT, app_version:typing.Optional[str] = _DEFAULT):
        self.source = source
        if environment is _DEFAULT:
            self.environment = None
        else:
            self.environment = environment
        if bootstrap is _DEFAULT:
            self.bootstrap = None
        else:
            self.bootstrap = bootstrap
        if polling_interval_ms is _DEFAULT:
            self.polling_interval_ms = None
        else:
            self.polling_interval_ms = polling_interval_ms
        if streaming is _DEFAULT:
            self.streaming = None
        else:
            self.streaming = streaming
        if silence_ms is _DEFAULT:
            self.silence_ms = None
        else:
            self.silence_ms = silence_ms
        if request_timeout_ms is _DEFAULT:
            self.request_timeout_ms = None
        else:
            self.request_timeout_ms = request_timeout_ms
        if start_timeout_ms is _DEFAULT:
            self.start_timeout_ms = None
        else:
            self.start_timeout_ms = start_timeout_ms
        if cache_folder is _DEFAULT:
            self.cache_folder = None
        else:
            self.cache_folder = cache_folder
        if cache_max_age_ms is _DEFAULT:
            self.cache_max_age_ms = None
        else:
            self.cache_max_age_ms = cache_max_age_ms
        if retry_attempts is _DEFAULT:
            self.retry_attempts = None
        else:
            self.retry_attempts = retry_attempts
        if retry_base_ms is _DEFAULT:
            self.retry_base_ms = None
        else:
            self.retry_base_ms = retry_base_ms
        if retry_max_ms is _DEFAULT:
            self.retry_max_ms = None
        else:
            self.retry_max_ms = retry_max_ms
        if fallback is _DEFAULT:
            self.fallback = None
        else:
            self.fallback = fallback
        self.offline = offline
        self.threadless = threadless
        if trusted_keys is _DEFAULT:
            self.trusted_keys = []
        else:
            self.trusted_keys = trusted_keys
        if certificates is _DEFAULT:
            self.certificates = None
        else:
            self.certificates = certificates
        if allow_overrides is _DEFAULT:
            self.allow_overrides = None
        else:
            self.allow_overrides = allow_overrides
        if sticky_file is _DEFAULT:
            self.sticky_file = None
        else:
            self.sticky_file = sticky_file
        if sticky_capacity is _DEFAULT:
            self.sticky_capacity = None
        else:
            self.sticky_capacity = sticky_capacity
        if telemetry is _DEFAULT:
            self.telemetry = None
        else:
            self.telemetry = telemetry
        if telemetry_interval_ms is _DEFAULT:
            self.telemetry_interval_ms = None
        else:
            self.telemetry_interval_ms = telemetry_interval_ms
        if telemetry_exposures is _DEFAULT:
            self.telemetry_exposures = None
        else:
            self.telemetry_exposures = telemetry_exposures
        if sdk is _DEFAULT:
            self.sdk = None
        else:
            self.sdk = sdk
        if instance_id is _DEFAULT:
            self.instance_id = None
        else:
            self.instance_id = instance_id
        if service_name is _DEFAULT:
            self.service_name = None
        else:
            self.service_name = service_name
        if app_version is _DEFAULT:
            self.app_version = None
        else:
            self.app_version = app_version
        
        

    
    def __str__(self):
        return "ClientOptions(source={}, environment={}, bootstrap={}, polling_interval_ms={}, streaming={}, silence_ms={}, request_timeout_ms={}, start_timeout_ms={}, cache_folder={}, cache_max_age_ms={}, retry_attempts={}, retry_base_ms={}, retry_max_ms={}, fallback={}, offline={}, threadless={}, trusted_keys={}, certificates={}, allow_overrides={}, sticky_file={}, sticky_capacity={}, telemetry={}, telemetry_interval_ms={}, telemetry_exposures={}, sdk={}, instance_id={}, service_name={}, app_version={})".format(self.source, self.environment, self.bootstrap, self.polling_interval_ms, self.streaming, self.silence_ms, self.request_timeout_ms, self.start_timeout_ms, self.cache_folder, self.cache_max_age_ms, self.retry_attempts, self.retry_base_ms, self.retry_max_ms, self.fallback, self.offline, self.threadless, self.trusted_keys, self.certificates, self.allow_overrides, self.sticky_file, self.sticky_capacity, self.telemetry, self.telemetry_interval_ms, self.telemetry_exposures, self.sdk, self.instance_id, self.service_name, self.app_version)
    def __eq__(self, other):
        if self.source != other.source:
            return False
        if self.environment != other.environment:
            return False
        if self.bootstrap != other.bootstrap:
            return False
        if self.polling_interval_ms != other.polling_interval_ms:
            return False
        if self.streaming != other.streaming:
            return False
        if self.silence_ms != other.silence_ms:
            return False
        if self.request_timeout_ms != other.request_timeout_ms:
            return False
        if self.start_timeout_ms != other.start_timeout_ms:
            return False
        if self.cache_folder != other.cache_folder:
            return False
        if self.cache_max_age_ms != other.cache_max_age_ms:
            return False
        if self.retry_attempts != other.retry_attempts:
            return False
        if self.retry_base_ms != other.retry_base_ms:
            return False
        if self.retry_max_ms != other.retry_max_ms:
            return False
        if self.fallback != other.fallback:
            return False
        if self.offline != other.offline:
            return False
        if self.threadless != other.threadless:
            return False
        if self.trusted_keys != other.trusted_keys:
            return False
        if self.certificates != other.certificates:
            return False
        if self.allow_overrides != other.allow_overrides:
            return False
        if self.sticky_file != other.sticky_file:
            return False
        if self.sticky_capacity != other.sticky_capacity:
            return False
        if self.telemetry != other.telemetry:
            return False
        if self.telemetry_interval_ms != other.telemetry_interval_ms:
            return False
        if self.telemetry_exposures != other.telemetry_exposures:
            return False
        if self.sdk != other.sdk:
            return False
        if self.instance_id != other.instance_id:
            return False
        if self.service_name != other.service_name:
            return False
        if self.app_version != other.app_version:
            return False
        return True

class _UniffiFfiConverterTypeClientOptions(_UniffiConverterRustBuffer):
    @staticmethod
    def read(buf):
        return ClientOptions(
            source=_UniffiFfiConverterTypeSourceOptions.read(buf),
            environment=_UniffiFfiConverterOptionalString.read(buf),
            bootstrap=_UniffiFfiConverterOptionalString.read(buf),
            polling_interval_ms=_UniffiFfiConverterOptionalUInt64.read(buf),
            streaming=_UniffiFfiConverterOptionalTypeStreaming.read(buf),
            silence_ms=_UniffiFfiConverterOptionalUInt64.read(buf),
            request_timeout_ms=_UniffiFfiConverterOptionalUInt64.read(buf),
            start_timeout_ms=_UniffiFfiConverterOptionalUInt64.read(buf),
            cache_folder=_UniffiFfiConverterOptionalString.read(buf),
            cache_max_age_ms=_UniffiFfiConverterOptionalUInt64.read(buf),
            retry_attempts=_UniffiFfiConverterOptionalUInt32.read(buf),
            retry_base_ms=_UniffiFfiConverterOptionalUInt64.read(buf),
            retry_max_ms=_UniffiFfiConverterOptionalUInt64.read(buf),
            fallback=_UniffiFfiConverterOptionalTypeFallback.read(buf),
            offline=_UniffiFfiConverterBoolean.read(buf),
            threadless=_UniffiFfiConverterBoolean.read(buf),
            trusted_keys=_UniffiFfiConverterSequenceTypeTrustedKeyOptions.read(buf),
            certificates=_UniffiFfiConverterOptionalString.read(buf),
            allow_overrides=_UniffiFfiConverterOptionalBoolean.read(buf),
            sticky_file=_UniffiFfiConverterOptionalString.read(buf),
            sticky_capacity=_UniffiFfiConverterOptionalUInt32.read(buf),
            telemetry=_UniffiFfiConverterOptionalBoolean.read(buf),
            telemetry_interval_ms=_UniffiFfiConverterOptionalUInt64.read(buf),
            telemetry_exposures=_UniffiFfiConverterOptionalBoolean.read(buf),
            sdk=_UniffiFfiConverterOptionalString.read(buf),
            instance_id=_UniffiFfiConverterOptionalString.read(buf),
            service_name=_UniffiFfiConverterOptionalString.read(buf),
            app_version=_UniffiFfiConverterOptionalString.read(buf),
        )

    @staticmethod
    def check_lower(value):
        _UniffiFfiConverterTypeSourceOptions.check_lower(value.source)
        _UniffiFfiConverterOptionalString.check_lower(value.environment)
        _UniffiFfiConverterOptionalString.check_lower(value.bootstrap)
        _UniffiFfiConverterOptionalUInt64.check_lower(value.polling_interval_ms)
        _UniffiFfiConverterOptionalTypeStreaming.check_lower(value.streaming)
        _UniffiFfiConverterOptionalUInt64.check_lower(value.silence_ms)
        _UniffiFfiConverterOptionalUInt64.check_lower(value.request_timeout_ms)
        _UniffiFfiConverterOptionalUInt64.check_lower(value.start_timeout_ms)
        _UniffiFfiConverterOptionalString.check_lower(value.cache_folder)
        _UniffiFfiConverterOptionalUInt64.check_lower(value.cache_max_age_ms)
        _UniffiFfiConverterOptionalUInt32.check_lower(value.retry_attempts)
        _UniffiFfiConverterOptionalUInt64.check_lower(value.retry_base_ms)
        _UniffiFfiConverterOptionalUInt64.check_lower(value.retry_max_ms)
        _UniffiFfiConverterOptionalTypeFallback.check_lower(value.fallback)
        _UniffiFfiConverterBoolean.check_lower(value.offline)
        _UniffiFfiConverterBoolean.check_lower(value.threadless)
        _UniffiFfiConverterSequenceTypeTrustedKeyOptions.check_lower(value.trusted_keys)
        _UniffiFfiConverterOptionalString.check_lower(value.certificates)
        _UniffiFfiConverterOptionalBoolean.check_lower(value.allow_overrides)
        _UniffiFfiConverterOptionalString.check_lower(value.sticky_file)
        _UniffiFfiConverterOptionalUInt32.check_lower(value.sticky_capacity)
        _UniffiFfiConverterOptionalBoolean.check_lower(value.telemetry)
        _UniffiFfiConverterOptionalUInt64.check_lower(value.telemetry_interval_ms)
        _UniffiFfiConverterOptionalBoolean.check_lower(value.telemetry_exposures)
        _UniffiFfiConverterOptionalString.check_lower(value.sdk)
        _UniffiFfiConverterOptionalString.check_lower(value.instance_id)
        _UniffiFfiConverterOptionalString.check_lower(value.service_name)
        _UniffiFfiConverterOptionalString.check_lower(value.app_version)

    @staticmethod
    def write(value, buf):
        _UniffiFfiConverterTypeSourceOptions.write(value.source, buf)
        _UniffiFfiConverterOptionalString.write(value.environment, buf)
        _UniffiFfiConverterOptionalString.write(value.bootstrap, buf)
        _UniffiFfiConverterOptionalUInt64.write(value.polling_interval_ms, buf)
        _UniffiFfiConverterOptionalTypeStreaming.write(value.streaming, buf)
        _UniffiFfiConverterOptionalUInt64.write(value.silence_ms, buf)
        _UniffiFfiConverterOptionalUInt64.write(value.request_timeout_ms, buf)
        _UniffiFfiConverterOptionalUInt64.write(value.start_timeout_ms, buf)
        _UniffiFfiConverterOptionalString.write(value.cache_folder, buf)
        _UniffiFfiConverterOptionalUInt64.write(value.cache_max_age_ms, buf)
        _UniffiFfiConverterOptionalUInt32.write(value.retry_attempts, buf)
        _UniffiFfiConverterOptionalUInt64.write(value.retry_base_ms, buf)
        _UniffiFfiConverterOptionalUInt64.write(value.retry_max_ms, buf)
        _UniffiFfiConverterOptionalTypeFallback.write(value.fallback, buf)
        _UniffiFfiConverterBoolean.write(value.offline, buf)
        _UniffiFfiConverterBoolean.write(value.threadless, buf)
        _UniffiFfiConverterSequenceTypeTrustedKeyOptions.write(value.trusted_keys, buf)
        _UniffiFfiConverterOptionalString.write(value.certificates, buf)
        _UniffiFfiConverterOptionalBoolean.write(value.allow_overrides, buf)
        _UniffiFfiConverterOptionalString.write(value.sticky_file, buf)
        _UniffiFfiConverterOptionalUInt32.write(value.sticky_capacity, buf)
        _UniffiFfiConverterOptionalBoolean.write(value.telemetry, buf)
        _UniffiFfiConverterOptionalUInt64.write(value.telemetry_interval_ms, buf)
        _UniffiFfiConverterOptionalBoolean.write(value.telemetry_exposures, buf)
        _UniffiFfiConverterOptionalString.write(value.sdk, buf)
        _UniffiFfiConverterOptionalString.write(value.instance_id, buf)
        _UniffiFfiConverterOptionalString.write(value.service_name, buf)
        _UniffiFfiConverterOptionalString.write(value.app_version, buf)






class ConnectionStatus(enum.Enum):
    """
    How it stands with the source.
"""
    
    DISCONNECTED = 0
    """
    Nobody is asked: before the start, offline, after the end; and between two tries.
"""
    
    CONNECTING = 1
    """
    The first answer is waited for.
"""
    
    CONNECTED = 2
    """
    The last answer was a good one; of a stream, it is open.
"""
    
    ERROR = 3
    """
    As many tries in a row failed as the options name. It is tried again all the same.
"""
    


class _UniffiFfiConverterTypeConnectionStatus(_UniffiConverterRustBuffer):
    @staticmethod
    def read(buf):
        variant = buf.read_i32()
        if variant == 1:
            return ConnectionStatus.DISCONNECTED
        if variant == 2:
            return ConnectionStatus.CONNECTING
        if variant == 3:
            return ConnectionStatus.CONNECTED
        if variant == 4:
            return ConnectionStatus.ERROR
        raise InternalError("Raw enum value doesn't match any cases")

    @staticmethod
    def check_lower(value):
        if value == ConnectionStatus.DISCONNECTED:
            return
        if value == ConnectionStatus.CONNECTING:
            return
        if value == ConnectionStatus.CONNECTED:
            return
        if value == ConnectionStatus.ERROR:
            return
        raise ValueError(value)

    @staticmethod
    def write(value, buf):
        if value == ConnectionStatus.DISCONNECTED:
            buf.write_i32(1)
        if value == ConnectionStatus.CONNECTING:
            buf.write_i32(2)
        if value == ConnectionStatus.CONNECTED:
            buf.write_i32(3)
        if value == ConnectionStatus.ERROR:
            buf.write_i32(4)



class _UniffiFfiConverterInt64(_UniffiConverterPrimitiveInt):
    CLASS_NAME = "i64"
    VALUE_MIN = -2**63
    VALUE_MAX = 2**63

    @staticmethod
    def read(buf):
        return buf.read_i64()

    @staticmethod
    def write(value, buf):
        buf.write_i64(value)

class _UniffiFfiConverterOptionalInt64(_UniffiConverterRustBuffer):
    @classmethod
    def check_lower(cls, value):
        if value is not None:
            _UniffiFfiConverterInt64.check_lower(value)

    @classmethod
    def write(cls, value, buf):
        if value is None:
            buf.write_u8(0)
            return

        buf.write_u8(1)
        _UniffiFfiConverterInt64.write(value, buf)

    @classmethod
    def read(cls, buf):
        flag = buf.read_u8()
        if flag == 0:
            return None
        elif flag == 1:
            return _UniffiFfiConverterInt64.read(buf)
        else:
            raise InternalError("Unexpected flag byte for optional type")

class _UniffiFfiConverterInt32(_UniffiConverterPrimitiveInt):
    CLASS_NAME = "i32"
    VALUE_MIN = -2**31
    VALUE_MAX = 2**31

    @staticmethod
    def read(buf):
        return buf.read_i32()

    @staticmethod
    def write(value, buf):
        buf.write_i32(value)

@dataclass
class SourceFailure:
    """
    Something that went wrong, and when.
"""
    def __init__(self, *, code:int, name:str, message:str, at_ms:int):
        self.code = code
        self.name = name
        self.message = message
        self.at_ms = at_ms
        
        

    
    def __str__(self):
        return "SourceFailure(code={}, name={}, message={}, at_ms={})".format(self.code, self.name, self.message, self.at_ms)
    def __eq__(self, other):
        if self.code != other.code:
            return False
        if self.name != other.name:
            return False
        if self.message != other.message:
            return False
        if self.at_ms != other.at_ms:
            return False
        return True

class _UniffiFfiConverterTypeSourceFailure(_UniffiConverterRustBuffer):
    @staticmethod
    def read(buf):
        return SourceFailure(
            code=_UniffiFfiConverterInt32.read(buf),
            name=_UniffiFfiConverterString.read(buf),
            message=_UniffiFfiConverterString.read(buf),
            at_ms=_UniffiFfiConverterInt64.read(buf),
        )

    @staticmethod
    def check_lower(value):
        _UniffiFfiConverterInt32.check_lower(value.code)
        _UniffiFfiConverterString.check_lower(value.name)
        _UniffiFfiConverterString.check_lower(value.message)
        _UniffiFfiConverterInt64.check_lower(value.at_ms)

    @staticmethod
    def write(value, buf):
        _UniffiFfiConverterInt32.write(value.code, buf)
        _UniffiFfiConverterString.write(value.name, buf)
        _UniffiFfiConverterString.write(value.message, buf)
        _UniffiFfiConverterInt64.write(value.at_ms, buf)

class _UniffiFfiConverterOptionalTypeSourceFailure(_UniffiConverterRustBuffer):
    @classmethod
    def check_lower(cls, value):
        if value is not None:
            _UniffiFfiConverterTypeSourceFailure.check_lower(value)

    @classmethod
    def write(cls, value, buf):
        if value is None:
            buf.write_u8(0)
            return

        buf.write_u8(1)
        _UniffiFfiConverterTypeSourceFailure.write(value, buf)

    @classmethod
    def read(cls, buf):
        flag = buf.read_u8()
        if flag == 0:
            return None
        elif flag == 1:
            return _UniffiFfiConverterTypeSourceFailure.read(buf)
        else:
            raise InternalError("Unexpected flag byte for optional type")

class _UniffiFfiConverterSequenceString(_UniffiConverterRustBuffer):
    @classmethod
    def check_lower(cls, value):
        for item in value:
            _UniffiFfiConverterString.check_lower(item)

    @classmethod
    def write(cls, value, buf):
        items = len(value)
        buf.write_i32(items)
        for item in value:
            _UniffiFfiConverterString.write(item, buf)

    @classmethod
    def read(cls, buf):
        count = buf.read_i32()
        if count < 0:
            raise InternalError("Unexpected negative sequence length")

        return [
            _UniffiFfiConverterString.read(buf) for i in range(count)
        ]

@dataclass
class ClientState:
    """
    How a client stands. Moments are in milliseconds since the epoch.
"""
    def __init__(self, *, initialized:bool, syncing:bool, connection:ConnectionStatus, last_sync_ms:typing.Optional[int], last_error:typing.Optional[SourceFailure], version:int, origin:str, stale_since_ms:typing.Optional[int], restart_required:typing.List[str], overrides:int):
        self.initialized = initialized
        self.syncing = syncing
        self.connection = connection
        self.last_sync_ms = last_sync_ms
        self.last_error = last_error
        self.version = version
        self.origin = origin
        self.stale_since_ms = stale_since_ms
        self.restart_required = restart_required
        self.overrides = overrides
        
        

    
    def __str__(self):
        return "ClientState(initialized={}, syncing={}, connection={}, last_sync_ms={}, last_error={}, version={}, origin={}, stale_since_ms={}, restart_required={}, overrides={})".format(self.initialized, self.syncing, self.connection, self.last_sync_ms, self.last_error, self.version, self.origin, self.stale_since_ms, self.restart_required, self.overrides)
    def __eq__(self, other):
        if self.initialized != other.initialized:
            return False
        if self.syncing != other.syncing:
            return False
        if self.connection != other.connection:
            return False
        if self.last_sync_ms != other.last_sync_ms:
            return False
        if self.last_error != other.last_error:
            return False
        if self.version != other.version:
            return False
        if self.origin != other.origin:
            return False
        if self.stale_since_ms != other.stale_since_ms:
            return False
        if self.restart_required != other.restart_required:
            return False
        if self.overrides != other.overrides:
            return False
        return True

class _UniffiFfiConverterTypeClientState(_UniffiConverterRustBuffer):
    @staticmethod
    def read(buf):
        return ClientState(
            initialized=_UniffiFfiConverterBoolean.read(buf),
            syncing=_UniffiFfiConverterBoolean.read(buf),
            connection=_UniffiFfiConverterTypeConnectionStatus.read(buf),
            last_sync_ms=_UniffiFfiConverterOptionalInt64.read(buf),
            last_error=_UniffiFfiConverterOptionalTypeSourceFailure.read(buf),
            version=_UniffiFfiConverterUInt64.read(buf),
            origin=_UniffiFfiConverterString.read(buf),
            stale_since_ms=_UniffiFfiConverterOptionalInt64.read(buf),
            restart_required=_UniffiFfiConverterSequenceString.read(buf),
            overrides=_UniffiFfiConverterUInt64.read(buf),
        )

    @staticmethod
    def check_lower(value):
        _UniffiFfiConverterBoolean.check_lower(value.initialized)
        _UniffiFfiConverterBoolean.check_lower(value.syncing)
        _UniffiFfiConverterTypeConnectionStatus.check_lower(value.connection)
        _UniffiFfiConverterOptionalInt64.check_lower(value.last_sync_ms)
        _UniffiFfiConverterOptionalTypeSourceFailure.check_lower(value.last_error)
        _UniffiFfiConverterUInt64.check_lower(value.version)
        _UniffiFfiConverterString.check_lower(value.origin)
        _UniffiFfiConverterOptionalInt64.check_lower(value.stale_since_ms)
        _UniffiFfiConverterSequenceString.check_lower(value.restart_required)
        _UniffiFfiConverterUInt64.check_lower(value.overrides)

    @staticmethod
    def write(value, buf):
        _UniffiFfiConverterBoolean.write(value.initialized, buf)
        _UniffiFfiConverterBoolean.write(value.syncing, buf)
        _UniffiFfiConverterTypeConnectionStatus.write(value.connection, buf)
        _UniffiFfiConverterOptionalInt64.write(value.last_sync_ms, buf)
        _UniffiFfiConverterOptionalTypeSourceFailure.write(value.last_error, buf)
        _UniffiFfiConverterUInt64.write(value.version, buf)
        _UniffiFfiConverterString.write(value.origin, buf)
        _UniffiFfiConverterOptionalInt64.write(value.stale_since_ms, buf)
        _UniffiFfiConverterSequenceString.write(value.restart_required, buf)
        _UniffiFfiConverterUInt64.write(value.overrides, buf)

@dataclass
class CodeRow:
    """
    A row of the table of codes, for hosts that hold their list against it.
"""
    def __init__(self, *, number:int, name:str, meaning:str):
        self.number = number
        self.name = name
        self.meaning = meaning
        
        

    
    def __str__(self):
        return "CodeRow(number={}, name={}, meaning={})".format(self.number, self.name, self.meaning)
    def __eq__(self, other):
        if self.number != other.number:
            return False
        if self.name != other.name:
            return False
        if self.meaning != other.meaning:
            return False
        return True

class _UniffiFfiConverterTypeCodeRow(_UniffiConverterRustBuffer):
    @staticmethod
    def read(buf):
        return CodeRow(
            number=_UniffiFfiConverterInt32.read(buf),
            name=_UniffiFfiConverterString.read(buf),
            meaning=_UniffiFfiConverterString.read(buf),
        )

    @staticmethod
    def check_lower(value):
        _UniffiFfiConverterInt32.check_lower(value.number)
        _UniffiFfiConverterString.check_lower(value.name)
        _UniffiFfiConverterString.check_lower(value.meaning)

    @staticmethod
    def write(value, buf):
        _UniffiFfiConverterInt32.write(value.number, buf)
        _UniffiFfiConverterString.write(value.name, buf)
        _UniffiFfiConverterString.write(value.meaning, buf)

@dataclass
class Explanation:
    """
    How an evaluation came about.
"""
    def __init__(self, *, text:str, json:str):
        self.text = text
        self.json = json
        
        

    
    def __str__(self):
        return "Explanation(text={}, json={})".format(self.text, self.json)
    def __eq__(self, other):
        if self.text != other.text:
            return False
        if self.json != other.json:
            return False
        return True

class _UniffiFfiConverterTypeExplanation(_UniffiConverterRustBuffer):
    @staticmethod
    def read(buf):
        return Explanation(
            text=_UniffiFfiConverterString.read(buf),
            json=_UniffiFfiConverterString.read(buf),
        )

    @staticmethod
    def check_lower(value):
        _UniffiFfiConverterString.check_lower(value.text)
        _UniffiFfiConverterString.check_lower(value.json)

    @staticmethod
    def write(value, buf):
        _UniffiFfiConverterString.write(value.text, buf)
        _UniffiFfiConverterString.write(value.json, buf)

@dataclass
class ValueChange:
    """
    A key whose value is another.
"""
    def __init__(self, *, namespace:str, key:str, old_json:typing.Optional[str], new_json:typing.Optional[str], origin:str):
        self.namespace = namespace
        self.key = key
        self.old_json = old_json
        self.new_json = new_json
        self.origin = origin
        
        

    
    def __str__(self):
        return "ValueChange(namespace={}, key={}, old_json={}, new_json={}, origin={})".format(self.namespace, self.key, self.old_json, self.new_json, self.origin)
    def __eq__(self, other):
        if self.namespace != other.namespace:
            return False
        if self.key != other.key:
            return False
        if self.old_json != other.old_json:
            return False
        if self.new_json != other.new_json:
            return False
        if self.origin != other.origin:
            return False
        return True

class _UniffiFfiConverterTypeValueChange(_UniffiConverterRustBuffer):
    @staticmethod
    def read(buf):
        return ValueChange(
            namespace=_UniffiFfiConverterString.read(buf),
            key=_UniffiFfiConverterString.read(buf),
            old_json=_UniffiFfiConverterOptionalString.read(buf),
            new_json=_UniffiFfiConverterOptionalString.read(buf),
            origin=_UniffiFfiConverterString.read(buf),
        )

    @staticmethod
    def check_lower(value):
        _UniffiFfiConverterString.check_lower(value.namespace)
        _UniffiFfiConverterString.check_lower(value.key)
        _UniffiFfiConverterOptionalString.check_lower(value.old_json)
        _UniffiFfiConverterOptionalString.check_lower(value.new_json)
        _UniffiFfiConverterString.check_lower(value.origin)

    @staticmethod
    def write(value, buf):
        _UniffiFfiConverterString.write(value.namespace, buf)
        _UniffiFfiConverterString.write(value.key, buf)
        _UniffiFfiConverterOptionalString.write(value.old_json, buf)
        _UniffiFfiConverterOptionalString.write(value.new_json, buf)
        _UniffiFfiConverterString.write(value.origin, buf)



# ListenerError
# We want to define each variant as a nested class that's also a subclass,
# which is tricky in Python.  To accomplish this we're going to create each
# class separately, then manually add the child classes to the base class's
# __dict__.  All of this happens in dummy class to avoid polluting the module
# namespace.
class ListenerError(Exception):
    """
    What a listener of a host failed with. Nobody here can do anything about it.
"""
    pass

_UniffiTempListenerError = ListenerError

class ListenerError:  # type: ignore
    """
    What a listener of a host failed with. Nobody here can do anything about it.
"""
    
    class Threw(_UniffiTempListenerError):
        """
        It threw.
"""
        
        def __init__(self, reason):
            super().__init__(", ".join([
                "reason={!r}".format(reason),
            ]))
            self.reason = reason

        def __repr__(self):
            return "ListenerError.Threw({})".format(str(self))
    _UniffiTempListenerError.Threw = Threw # type: ignore

ListenerError = _UniffiTempListenerError # type: ignore
del _UniffiTempListenerError


class _UniffiFfiConverterTypeListenerError(_UniffiConverterRustBuffer):
    @staticmethod
    def read(buf):
        variant = buf.read_i32()
        if variant == 1:
            return ListenerError.Threw(
                _UniffiFfiConverterString.read(buf),
            )
        raise InternalError("Raw enum value doesn't match any cases")

    @staticmethod
    def check_lower(value):
        if isinstance(value, ListenerError.Threw):
            _UniffiFfiConverterString.check_lower(value.reason)
            return

    @staticmethod
    def write(value, buf):
        if isinstance(value, ListenerError.Threw):
            buf.write_i32(1)
            _UniffiFfiConverterString.write(value.reason, buf)



# VexilError
# We want to define each variant as a nested class that's also a subclass,
# which is tricky in Python.  To accomplish this we're going to create each
# class separately, then manually add the child classes to the base class's
# __dict__.  All of this happens in dummy class to avoid polluting the module
# namespace.
class VexilError(Exception):
    """
    Why a call failed. `code` is a number of the table of codes.
"""
    pass

_UniffiTempVexilError = VexilError

class VexilError:  # type: ignore
    """
    Why a call failed. `code` is a number of the table of codes.
"""
    
    class Options(_UniffiTempVexilError):
        """
        The options are none, or contradict each other.
"""
        
        def __init__(self, code, reason):
            super().__init__(", ".join([
                "code={!r}".format(code),
                "reason={!r}".format(reason),
            ]))
            self.code = code
            self.reason = reason

        def __repr__(self):
            return "VexilError.Options({})".format(str(self))
    _UniffiTempVexilError.Options = Options # type: ignore
    class NotReady(_UniffiTempVexilError):
        """
        There are no definitions, and the options say that this is an error.
"""
        
        def __init__(self, code, reason):
            super().__init__(", ".join([
                "code={!r}".format(code),
                "reason={!r}".format(reason),
            ]))
            self.code = code
            self.reason = reason

        def __repr__(self):
            return "VexilError.NotReady({})".format(str(self))
    _UniffiTempVexilError.NotReady = NotReady # type: ignore
    class Source(_UniffiTempVexilError):
        """
        The source, or the last known good on disk, could not be read.
"""
        
        def __init__(self, code, reason):
            super().__init__(", ".join([
                "code={!r}".format(code),
                "reason={!r}".format(reason),
            ]))
            self.code = code
            self.reason = reason

        def __repr__(self):
            return "VexilError.Source({})".format(str(self))
    _UniffiTempVexilError.Source = Source # type: ignore
    class Argument(_UniffiTempVexilError):
        """
        An argument is not what is asked for.
"""
        
        def __init__(self, code, reason):
            super().__init__(", ".join([
                "code={!r}".format(code),
                "reason={!r}".format(reason),
            ]))
            self.code = code
            self.reason = reason

        def __repr__(self):
            return "VexilError.Argument({})".format(str(self))
    _UniffiTempVexilError.Argument = Argument # type: ignore
    class Internal(_UniffiTempVexilError):
        """
        A fault of this library or of the system below it.
"""
        
        def __init__(self, code, reason):
            super().__init__(", ".join([
                "code={!r}".format(code),
                "reason={!r}".format(reason),
            ]))
            self.code = code
            self.reason = reason

        def __repr__(self):
            return "VexilError.Internal({})".format(str(self))
    _UniffiTempVexilError.Internal = Internal # type: ignore

VexilError = _UniffiTempVexilError # type: ignore
del _UniffiTempVexilError


class _UniffiFfiConverterTypeVexilError(_UniffiConverterRustBuffer):
    @staticmethod
    def read(buf):
        variant = buf.read_i32()
        if variant == 1:
            return VexilError.Options(
                _UniffiFfiConverterInt32.read(buf),
                _UniffiFfiConverterString.read(buf),
            )
        if variant == 2:
            return VexilError.NotReady(
                _UniffiFfiConverterInt32.read(buf),
                _UniffiFfiConverterString.read(buf),
            )
        if variant == 3:
            return VexilError.Source(
                _UniffiFfiConverterInt32.read(buf),
                _UniffiFfiConverterString.read(buf),
            )
        if variant == 4:
            return VexilError.Argument(
                _UniffiFfiConverterInt32.read(buf),
                _UniffiFfiConverterString.read(buf),
            )
        if variant == 5:
            return VexilError.Internal(
                _UniffiFfiConverterInt32.read(buf),
                _UniffiFfiConverterString.read(buf),
            )
        raise InternalError("Raw enum value doesn't match any cases")

    @staticmethod
    def check_lower(value):
        if isinstance(value, VexilError.Options):
            _UniffiFfiConverterInt32.check_lower(value.code)
            _UniffiFfiConverterString.check_lower(value.reason)
            return
        if isinstance(value, VexilError.NotReady):
            _UniffiFfiConverterInt32.check_lower(value.code)
            _UniffiFfiConverterString.check_lower(value.reason)
            return
        if isinstance(value, VexilError.Source):
            _UniffiFfiConverterInt32.check_lower(value.code)
            _UniffiFfiConverterString.check_lower(value.reason)
            return
        if isinstance(value, VexilError.Argument):
            _UniffiFfiConverterInt32.check_lower(value.code)
            _UniffiFfiConverterString.check_lower(value.reason)
            return
        if isinstance(value, VexilError.Internal):
            _UniffiFfiConverterInt32.check_lower(value.code)
            _UniffiFfiConverterString.check_lower(value.reason)
            return

    @staticmethod
    def write(value, buf):
        if isinstance(value, VexilError.Options):
            buf.write_i32(1)
            _UniffiFfiConverterInt32.write(value.code, buf)
            _UniffiFfiConverterString.write(value.reason, buf)
        if isinstance(value, VexilError.NotReady):
            buf.write_i32(2)
            _UniffiFfiConverterInt32.write(value.code, buf)
            _UniffiFfiConverterString.write(value.reason, buf)
        if isinstance(value, VexilError.Source):
            buf.write_i32(3)
            _UniffiFfiConverterInt32.write(value.code, buf)
            _UniffiFfiConverterString.write(value.reason, buf)
        if isinstance(value, VexilError.Argument):
            buf.write_i32(4)
            _UniffiFfiConverterInt32.write(value.code, buf)
            _UniffiFfiConverterString.write(value.reason, buf)
        if isinstance(value, VexilError.Internal):
            buf.write_i32(5)
            _UniffiFfiConverterInt32.write(value.code, buf)
            _UniffiFfiConverterString.write(value.reason, buf)


class ChangeListener():
    """
    Hears of a key whose value is another, likewise.
"""
    
    def on_change(self, change: ValueChange) -> None:
        """
        The value is another.
"""
        raise NotImplementedError

class ChangeListenerImpl(ChangeListener):
    """
    Hears of a key whose value is another, likewise.
"""
    
    _handle: ctypes.c_uint64
    
    def __init__(self, *args, **kwargs):
        raise ValueError("This class has no default constructor")

    def __del__(self):
        # In case of partial initialization of instances.
        handle = getattr(self, "_handle", None)
        if handle is not None:
            _uniffi_rust_call(_UniffiLib.uniffi_vexil_ffi_fn_free_changelistener, handle)

    def _uniffi_clone_handle(self):
        return _uniffi_rust_call(_UniffiLib.uniffi_vexil_ffi_fn_clone_changelistener, self._handle)

    # Used by alternative constructors or any methods which return this type.
    @classmethod
    def _uniffi_make_instance(cls, handle):
        # Lightly yucky way to bypass the usual __init__ logic
        # and just create a new instance with the required handle.
        inst = cls.__new__(cls)
        inst._handle = handle
        return inst
    def on_change(self, change: ValueChange) -> None:
        """
        The value is another.
"""
        
        _UniffiFfiConverterTypeValueChange.check_lower(change)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterTypeValueChange.lower(change),
        )
        _uniffi_lift_return = lambda val: None
        _uniffi_error_converter = _UniffiFfiConverterTypeListenerError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_changelistener_on_change,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)




# Put all the bits inside a class to keep the top-level namespace clean
class _UniffiTraitImplChangeListenerImpl:
    # For each method, generate a callback function to pass to Rust

    @_UNIFFI_CALLBACK_INTERFACE_VEXIL_CHANGE_LISTENER_METHOD0
    def on_change(
            uniffi_handle,
            change,
            uniffi_out_return,
            uniffi_call_status_ptr,
        ):
        uniffi_obj = _UniffiFfiConverterTypeChangeListener._handle_map.get(uniffi_handle)
        def make_call():
            uniffi_args = (_UniffiFfiConverterTypeValueChange.lift(change), )
            uniffi_method = uniffi_obj.on_change
            return uniffi_method(*uniffi_args)
        write_return_value = lambda v: None
        _uniffi_trait_interface_call_with_error(
                uniffi_call_status_ptr.contents,
                make_call,
                write_return_value,
                ListenerError,
                _UniffiFfiConverterTypeListenerError.lower,
        )

    @_UNIFFI_CALLBACK_INTERFACE_FREE_VEXIL_CHANGE_LISTENER
    def _uniffi_free(uniffi_handle):
        _UniffiFfiConverterTypeChangeListener._handle_map.remove(uniffi_handle)

    @_UNIFFI_CALLBACK_INTERFACE_CLONE_VEXIL_CHANGE_LISTENER
    def _uniffi_clone(uniffi_handle):
        return _UniffiFfiConverterTypeChangeListener._handle_map.clone(uniffi_handle)

    # Generate the FFI VTable.  This has a field for each callback interface method.
    _uniffi_vtable = _UniffiVTableCallbackInterfaceVexilChangeListener(
        _uniffi_free,
        _uniffi_clone,
        on_change,
    )
    # Send Rust a pointer to the VTable.  Note: this means we need to keep the struct alive forever,
    # or else bad things will happen when Rust tries to access it.
    _UniffiLib.uniffi_vexil_ffi_fn_init_callback_vtable_changelistener(ctypes.byref(_uniffi_vtable))

class _UniffiFfiConverterTypeChangeListener:
    _handle_map = _UniffiHandleMap()

    @staticmethod
    def lift(value: int):
        if (value & 1) == 0:
            # Rust-generated handle, construct a new class that uses the handle to implement the
            # interface
            return ChangeListenerImpl._uniffi_make_instance(value)
        else:
            # Python-generated handle, get the object from the handle map
            return _UniffiFfiConverterTypeChangeListener._handle_map.remove(value)

    @staticmethod
    def check_lower(value: ChangeListener):
        if not isinstance(value, ChangeListener):
            raise TypeError("Expected ChangeListener subclass, {} found".format(type(value).__name__))

    @staticmethod
    def lower(value: ChangeListener):
         if isinstance(value, ChangeListenerImpl):
            # Rust-implementated object.  Clone the handle and return it
            return value._uniffi_clone_handle()
         else:
            # Python-implementated object, generate a new vtable handle and return that.
            return _UniffiFfiConverterTypeChangeListener._handle_map.insert(value)

    @classmethod
    def read(cls, buf: _UniffiRustBuffer):
        ptr = buf.read_u64()
        if ptr == 0:
            raise InternalError("Raw handle value was null")
        return cls.lift(ptr)

    @classmethod
    def write(cls, value: ChangeListener, buf: _UniffiRustBuffer):
        buf.write_u64(cls.lower(value))


class GenerationListener():
    """
    Hears whenever what a read may come to is another, likewise.
"""
    
    def on_generation(self, generation: int) -> None:
        """
        It is another; the number is the new one's.
"""
        raise NotImplementedError

class GenerationListenerImpl(GenerationListener):
    """
    Hears whenever what a read may come to is another, likewise.
"""
    
    _handle: ctypes.c_uint64
    
    def __init__(self, *args, **kwargs):
        raise ValueError("This class has no default constructor")

    def __del__(self):
        # In case of partial initialization of instances.
        handle = getattr(self, "_handle", None)
        if handle is not None:
            _uniffi_rust_call(_UniffiLib.uniffi_vexil_ffi_fn_free_generationlistener, handle)

    def _uniffi_clone_handle(self):
        return _uniffi_rust_call(_UniffiLib.uniffi_vexil_ffi_fn_clone_generationlistener, self._handle)

    # Used by alternative constructors or any methods which return this type.
    @classmethod
    def _uniffi_make_instance(cls, handle):
        # Lightly yucky way to bypass the usual __init__ logic
        # and just create a new instance with the required handle.
        inst = cls.__new__(cls)
        inst._handle = handle
        return inst
    def on_generation(self, generation: int) -> None:
        """
        It is another; the number is the new one's.
"""
        
        _UniffiFfiConverterUInt64.check_lower(generation)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterUInt64.lower(generation),
        )
        _uniffi_lift_return = lambda val: None
        _uniffi_error_converter = _UniffiFfiConverterTypeListenerError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_generationlistener_on_generation,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)




# Put all the bits inside a class to keep the top-level namespace clean
class _UniffiTraitImplGenerationListenerImpl:
    # For each method, generate a callback function to pass to Rust

    @_UNIFFI_CALLBACK_INTERFACE_VEXIL_GENERATION_LISTENER_METHOD0
    def on_generation(
            uniffi_handle,
            generation,
            uniffi_out_return,
            uniffi_call_status_ptr,
        ):
        uniffi_obj = _UniffiFfiConverterTypeGenerationListener._handle_map.get(uniffi_handle)
        def make_call():
            uniffi_args = (_UniffiFfiConverterUInt64.lift(generation), )
            uniffi_method = uniffi_obj.on_generation
            return uniffi_method(*uniffi_args)
        write_return_value = lambda v: None
        _uniffi_trait_interface_call_with_error(
                uniffi_call_status_ptr.contents,
                make_call,
                write_return_value,
                ListenerError,
                _UniffiFfiConverterTypeListenerError.lower,
        )

    @_UNIFFI_CALLBACK_INTERFACE_FREE_VEXIL_GENERATION_LISTENER
    def _uniffi_free(uniffi_handle):
        _UniffiFfiConverterTypeGenerationListener._handle_map.remove(uniffi_handle)

    @_UNIFFI_CALLBACK_INTERFACE_CLONE_VEXIL_GENERATION_LISTENER
    def _uniffi_clone(uniffi_handle):
        return _UniffiFfiConverterTypeGenerationListener._handle_map.clone(uniffi_handle)

    # Generate the FFI VTable.  This has a field for each callback interface method.
    _uniffi_vtable = _UniffiVTableCallbackInterfaceVexilGenerationListener(
        _uniffi_free,
        _uniffi_clone,
        on_generation,
    )
    # Send Rust a pointer to the VTable.  Note: this means we need to keep the struct alive forever,
    # or else bad things will happen when Rust tries to access it.
    _UniffiLib.uniffi_vexil_ffi_fn_init_callback_vtable_generationlistener(ctypes.byref(_uniffi_vtable))

class _UniffiFfiConverterTypeGenerationListener:
    _handle_map = _UniffiHandleMap()

    @staticmethod
    def lift(value: int):
        if (value & 1) == 0:
            # Rust-generated handle, construct a new class that uses the handle to implement the
            # interface
            return GenerationListenerImpl._uniffi_make_instance(value)
        else:
            # Python-generated handle, get the object from the handle map
            return _UniffiFfiConverterTypeGenerationListener._handle_map.remove(value)

    @staticmethod
    def check_lower(value: GenerationListener):
        if not isinstance(value, GenerationListener):
            raise TypeError("Expected GenerationListener subclass, {} found".format(type(value).__name__))

    @staticmethod
    def lower(value: GenerationListener):
         if isinstance(value, GenerationListenerImpl):
            # Rust-implementated object.  Clone the handle and return it
            return value._uniffi_clone_handle()
         else:
            # Python-implementated object, generate a new vtable handle and return that.
            return _UniffiFfiConverterTypeGenerationListener._handle_map.insert(value)

    @classmethod
    def read(cls, buf: _UniffiRustBuffer):
        ptr = buf.read_u64()
        if ptr == 0:
            raise InternalError("Raw handle value was null")
        return cls.lift(ptr)

    @classmethod
    def write(cls, value: GenerationListener, buf: _UniffiRustBuffer):
        buf.write_u64(cls.lower(value))


class StateListener():
    """
    Hears of every change of a client's state, on the thread that makes it or on one that is telling of another just then.
"""
    
    def on_state(self, state: ClientState) -> None:
        """
        The state is another.
"""
        raise NotImplementedError

class StateListenerImpl(StateListener):
    """
    Hears of every change of a client's state, on the thread that makes it or on one that is telling of another just then.
"""
    
    _handle: ctypes.c_uint64
    
    def __init__(self, *args, **kwargs):
        raise ValueError("This class has no default constructor")

    def __del__(self):
        # In case of partial initialization of instances.
        handle = getattr(self, "_handle", None)
        if handle is not None:
            _uniffi_rust_call(_UniffiLib.uniffi_vexil_ffi_fn_free_statelistener, handle)

    def _uniffi_clone_handle(self):
        return _uniffi_rust_call(_UniffiLib.uniffi_vexil_ffi_fn_clone_statelistener, self._handle)

    # Used by alternative constructors or any methods which return this type.
    @classmethod
    def _uniffi_make_instance(cls, handle):
        # Lightly yucky way to bypass the usual __init__ logic
        # and just create a new instance with the required handle.
        inst = cls.__new__(cls)
        inst._handle = handle
        return inst
    def on_state(self, state: ClientState) -> None:
        """
        The state is another.
"""
        
        _UniffiFfiConverterTypeClientState.check_lower(state)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterTypeClientState.lower(state),
        )
        _uniffi_lift_return = lambda val: None
        _uniffi_error_converter = _UniffiFfiConverterTypeListenerError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_statelistener_on_state,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)




# Put all the bits inside a class to keep the top-level namespace clean
class _UniffiTraitImplStateListenerImpl:
    # For each method, generate a callback function to pass to Rust

    @_UNIFFI_CALLBACK_INTERFACE_VEXIL_STATE_LISTENER_METHOD0
    def on_state(
            uniffi_handle,
            state,
            uniffi_out_return,
            uniffi_call_status_ptr,
        ):
        uniffi_obj = _UniffiFfiConverterTypeStateListener._handle_map.get(uniffi_handle)
        def make_call():
            uniffi_args = (_UniffiFfiConverterTypeClientState.lift(state), )
            uniffi_method = uniffi_obj.on_state
            return uniffi_method(*uniffi_args)
        write_return_value = lambda v: None
        _uniffi_trait_interface_call_with_error(
                uniffi_call_status_ptr.contents,
                make_call,
                write_return_value,
                ListenerError,
                _UniffiFfiConverterTypeListenerError.lower,
        )

    @_UNIFFI_CALLBACK_INTERFACE_FREE_VEXIL_STATE_LISTENER
    def _uniffi_free(uniffi_handle):
        _UniffiFfiConverterTypeStateListener._handle_map.remove(uniffi_handle)

    @_UNIFFI_CALLBACK_INTERFACE_CLONE_VEXIL_STATE_LISTENER
    def _uniffi_clone(uniffi_handle):
        return _UniffiFfiConverterTypeStateListener._handle_map.clone(uniffi_handle)

    # Generate the FFI VTable.  This has a field for each callback interface method.
    _uniffi_vtable = _UniffiVTableCallbackInterfaceVexilStateListener(
        _uniffi_free,
        _uniffi_clone,
        on_state,
    )
    # Send Rust a pointer to the VTable.  Note: this means we need to keep the struct alive forever,
    # or else bad things will happen when Rust tries to access it.
    _UniffiLib.uniffi_vexil_ffi_fn_init_callback_vtable_statelistener(ctypes.byref(_uniffi_vtable))

class _UniffiFfiConverterTypeStateListener:
    _handle_map = _UniffiHandleMap()

    @staticmethod
    def lift(value: int):
        if (value & 1) == 0:
            # Rust-generated handle, construct a new class that uses the handle to implement the
            # interface
            return StateListenerImpl._uniffi_make_instance(value)
        else:
            # Python-generated handle, get the object from the handle map
            return _UniffiFfiConverterTypeStateListener._handle_map.remove(value)

    @staticmethod
    def check_lower(value: StateListener):
        if not isinstance(value, StateListener):
            raise TypeError("Expected StateListener subclass, {} found".format(type(value).__name__))

    @staticmethod
    def lower(value: StateListener):
         if isinstance(value, StateListenerImpl):
            # Rust-implementated object.  Clone the handle and return it
            return value._uniffi_clone_handle()
         else:
            # Python-implementated object, generate a new vtable handle and return that.
            return _UniffiFfiConverterTypeStateListener._handle_map.insert(value)

    @classmethod
    def read(cls, buf: _UniffiRustBuffer):
        ptr = buf.read_u64()
        if ptr == 0:
            raise InternalError("Raw handle value was null")
        return cls.lift(ptr)

    @classmethod
    def write(cls, value: StateListener, buf: _UniffiRustBuffer):
        buf.write_u64(cls.lower(value))


class StickyStore():
    """
    Where variants are remembered that units were given in experiments that are `sticky`. It is asked by reads, in the
    thread that reads; one that throws is taken for one that knows nothing.
"""
    
    def get(self, experiment: str,unit: str) -> typing.Optional[str]:
        """
        The id of the variant that a unit was given.
"""
        raise NotImplementedError
    def put(self, experiment: str,unit: str,variant: str) -> None:
        """
        Remembers the variant that a unit was given.
"""
        raise NotImplementedError

class StickyStoreImpl(StickyStore):
    """
    Where variants are remembered that units were given in experiments that are `sticky`. It is asked by reads, in the
    thread that reads; one that throws is taken for one that knows nothing.
"""
    
    _handle: ctypes.c_uint64
    
    def __init__(self, *args, **kwargs):
        raise ValueError("This class has no default constructor")

    def __del__(self):
        # In case of partial initialization of instances.
        handle = getattr(self, "_handle", None)
        if handle is not None:
            _uniffi_rust_call(_UniffiLib.uniffi_vexil_ffi_fn_free_stickystore, handle)

    def _uniffi_clone_handle(self):
        return _uniffi_rust_call(_UniffiLib.uniffi_vexil_ffi_fn_clone_stickystore, self._handle)

    # Used by alternative constructors or any methods which return this type.
    @classmethod
    def _uniffi_make_instance(cls, handle):
        # Lightly yucky way to bypass the usual __init__ logic
        # and just create a new instance with the required handle.
        inst = cls.__new__(cls)
        inst._handle = handle
        return inst
    def get(self, experiment: str,unit: str) -> typing.Optional[str]:
        """
        The id of the variant that a unit was given.
"""
        
        _UniffiFfiConverterString.check_lower(experiment)

        _UniffiFfiConverterString.check_lower(unit)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterString.lower(experiment),
            _UniffiFfiConverterString.lower(unit),
        )
        _uniffi_lift_return = _UniffiFfiConverterOptionalString.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeListenerError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_stickystore_get,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def put(self, experiment: str,unit: str,variant: str) -> None:
        """
        Remembers the variant that a unit was given.
"""
        
        _UniffiFfiConverterString.check_lower(experiment)

        _UniffiFfiConverterString.check_lower(unit)

        _UniffiFfiConverterString.check_lower(variant)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterString.lower(experiment),
            _UniffiFfiConverterString.lower(unit),
            _UniffiFfiConverterString.lower(variant),
        )
        _uniffi_lift_return = lambda val: None
        _uniffi_error_converter = _UniffiFfiConverterTypeListenerError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_stickystore_put,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)




# Put all the bits inside a class to keep the top-level namespace clean
class _UniffiTraitImplStickyStoreImpl:
    # For each method, generate a callback function to pass to Rust

    @_UNIFFI_CALLBACK_INTERFACE_VEXIL_STICKY_STORE_METHOD0
    def get(
            uniffi_handle,
            experiment,
            unit,
            uniffi_out_return,
            uniffi_call_status_ptr,
        ):
        uniffi_obj = _UniffiFfiConverterTypeStickyStore._handle_map.get(uniffi_handle)
        def make_call():
            uniffi_args = (_UniffiFfiConverterString.lift(experiment), _UniffiFfiConverterString.lift(unit), )
            uniffi_method = uniffi_obj.get
            return uniffi_method(*uniffi_args)
        def write_return_value(v):
            uniffi_out_return[0] = _UniffiFfiConverterOptionalString.lower(v)
        _uniffi_trait_interface_call_with_error(
                uniffi_call_status_ptr.contents,
                make_call,
                write_return_value,
                ListenerError,
                _UniffiFfiConverterTypeListenerError.lower,
        )

    @_UNIFFI_CALLBACK_INTERFACE_VEXIL_STICKY_STORE_METHOD1
    def put(
            uniffi_handle,
            experiment,
            unit,
            variant,
            uniffi_out_return,
            uniffi_call_status_ptr,
        ):
        uniffi_obj = _UniffiFfiConverterTypeStickyStore._handle_map.get(uniffi_handle)
        def make_call():
            uniffi_args = (_UniffiFfiConverterString.lift(experiment), _UniffiFfiConverterString.lift(unit), _UniffiFfiConverterString.lift(variant), )
            uniffi_method = uniffi_obj.put
            return uniffi_method(*uniffi_args)
        write_return_value = lambda v: None
        _uniffi_trait_interface_call_with_error(
                uniffi_call_status_ptr.contents,
                make_call,
                write_return_value,
                ListenerError,
                _UniffiFfiConverterTypeListenerError.lower,
        )

    @_UNIFFI_CALLBACK_INTERFACE_FREE_VEXIL_STICKY_STORE
    def _uniffi_free(uniffi_handle):
        _UniffiFfiConverterTypeStickyStore._handle_map.remove(uniffi_handle)

    @_UNIFFI_CALLBACK_INTERFACE_CLONE_VEXIL_STICKY_STORE
    def _uniffi_clone(uniffi_handle):
        return _UniffiFfiConverterTypeStickyStore._handle_map.clone(uniffi_handle)

    # Generate the FFI VTable.  This has a field for each callback interface method.
    _uniffi_vtable = _UniffiVTableCallbackInterfaceVexilStickyStore(
        _uniffi_free,
        _uniffi_clone,
        get,
        put,
    )
    # Send Rust a pointer to the VTable.  Note: this means we need to keep the struct alive forever,
    # or else bad things will happen when Rust tries to access it.
    _UniffiLib.uniffi_vexil_ffi_fn_init_callback_vtable_stickystore(ctypes.byref(_uniffi_vtable))

class _UniffiFfiConverterTypeStickyStore:
    _handle_map = _UniffiHandleMap()

    @staticmethod
    def lift(value: int):
        if (value & 1) == 0:
            # Rust-generated handle, construct a new class that uses the handle to implement the
            # interface
            return StickyStoreImpl._uniffi_make_instance(value)
        else:
            # Python-generated handle, get the object from the handle map
            return _UniffiFfiConverterTypeStickyStore._handle_map.remove(value)

    @staticmethod
    def check_lower(value: StickyStore):
        if not isinstance(value, StickyStore):
            raise TypeError("Expected StickyStore subclass, {} found".format(type(value).__name__))

    @staticmethod
    def lower(value: StickyStore):
         if isinstance(value, StickyStoreImpl):
            # Rust-implementated object.  Clone the handle and return it
            return value._uniffi_clone_handle()
         else:
            # Python-implementated object, generate a new vtable handle and return that.
            return _UniffiFfiConverterTypeStickyStore._handle_map.insert(value)

    @classmethod
    def read(cls, buf: _UniffiRustBuffer):
        ptr = buf.read_u64()
        if ptr == 0:
            raise InternalError("Raw handle value was null")
        return cls.lift(ptr)

    @classmethod
    def write(cls, value: StickyStore, buf: _UniffiRustBuffer):
        buf.write_u64(cls.lower(value))


class SubscriptionProtocol(typing.Protocol):
    """
    Listens until it is cancelled or dropped.
"""
    
    def cancel(self, ) -> None:
        """
        Listens no more. What is being told just now is still heard.
"""
        raise NotImplementedError

class Subscription(SubscriptionProtocol):
    """
    Listens until it is cancelled or dropped.
"""
    
    _handle: ctypes.c_uint64
    
    def __init__(self, *args, **kwargs):
        raise ValueError("This class has no default constructor")

    def __del__(self):
        # In case of partial initialization of instances.
        handle = getattr(self, "_handle", None)
        if handle is not None:
            _uniffi_rust_call(_UniffiLib.uniffi_vexil_ffi_fn_free_subscription, handle)

    def _uniffi_clone_handle(self):
        return _uniffi_rust_call(_UniffiLib.uniffi_vexil_ffi_fn_clone_subscription, self._handle)

    # Used by alternative constructors or any methods which return this type.
    @classmethod
    def _uniffi_make_instance(cls, handle):
        # Lightly yucky way to bypass the usual __init__ logic
        # and just create a new instance with the required handle.
        inst = cls.__new__(cls)
        inst._handle = handle
        return inst
    def cancel(self, ) -> None:
        """
        Listens no more. What is being told just now is still heard.
"""
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
        )
        _uniffi_lift_return = lambda val: None
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_subscription_cancel,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)





class _UniffiFfiConverterTypeSubscription:
    @staticmethod
    def lift(value: int) -> Subscription:
        return Subscription._uniffi_make_instance(value)

    @staticmethod
    def check_lower(value: Subscription):
        if not isinstance(value, Subscription):
            raise TypeError("Expected Subscription instance, {} found".format(type(value).__name__))

    @staticmethod
    def lower(value: Subscription) -> ctypes.c_uint64:
        return value._uniffi_clone_handle()

    @classmethod
    def read(cls, buf: _UniffiRustBuffer) -> Subscription:
        ptr = buf.read_u64()
        if ptr == 0:
            raise InternalError("Raw handle value was null")
        return cls.lift(ptr)

    @classmethod
    def write(cls, value: Subscription, buf: _UniffiRustBuffer):
        buf.write_u64(cls.lower(value))

class _UniffiFfiConverterOptionalTypeAssignment(_UniffiConverterRustBuffer):
    @classmethod
    def check_lower(cls, value):
        if value is not None:
            _UniffiFfiConverterTypeAssignment.check_lower(value)

    @classmethod
    def write(cls, value, buf):
        if value is None:
            buf.write_u8(0)
            return

        buf.write_u8(1)
        _UniffiFfiConverterTypeAssignment.write(value, buf)

    @classmethod
    def read(cls, buf):
        flag = buf.read_u8()
        if flag == 0:
            return None
        elif flag == 1:
            return _UniffiFfiConverterTypeAssignment.read(buf)
        else:
            raise InternalError("Unexpected flag byte for optional type")

class _UniffiFfiConverterMapStringString(_UniffiConverterRustBuffer):
    @classmethod
    def check_lower(cls, items):
        for (key, value) in items.items():
            _UniffiFfiConverterString.check_lower(key)
            _UniffiFfiConverterString.check_lower(value)

    @classmethod
    def write(cls, items, buf):
        buf.write_i32(len(items))
        for (key, value) in items.items():
            _UniffiFfiConverterString.write(key, buf)
            _UniffiFfiConverterString.write(value, buf)

    @classmethod
    def read(cls, buf):
        count = buf.read_i32()
        if count < 0:
            raise InternalError("Unexpected negative map size")

        # It would be nice to use a dict comprehension,
        # but in Python 3.7 and before the evaluation order is not according to spec,
        # so we we're reading the value before the key.
        # This loop makes the order explicit: first reading the key, then the value.
        d = {}
        for i in range(count):
            key = _UniffiFfiConverterString.read(buf)
            val = _UniffiFfiConverterString.read(buf)
            d[key] = val
        return d


class VexilClientProtocol(typing.Protocol):
    """
    A client of one environment.
"""
    
    def clear_overrides(self, ) -> None:
        """
        Removes all overrides.
"""
        raise NotImplementedError
    def close(self, ) -> None:
        """
        Stops: nobody is asked any more, and the C ABI knows the client no more. Whoever evaluates by this object is still
        served what is held, which grows old.
"""
        raise NotImplementedError
    def experiment(self, experiment: str,context_json: str) -> typing.Optional[Assignment]:
        """
        The variant that an experiment gives a context, in JSON, with all that there is to say of it; none where it takes
        no part.
"""
        raise NotImplementedError
    def explain(self, key: str,context_json: str) -> Explanation:
        """
        Evaluates, and tells how; the context in JSON.
"""
        raise NotImplementedError
    def force_refresh(self, ) -> None:
        """
        Asks the source now, and waits for the answer.
"""
        raise NotImplementedError
    def generation(self, ) -> int:
        """
        The number of what a read may come to just now; it moves whenever that does.
"""
        raise NotImplementedError
    def get_override(self, key: str) -> typing.Optional[str]:
        """
        The override of a key.
"""
        raise NotImplementedError
    def get_runtime(self, namespace: str,key: str) -> typing.Optional[str]:
        """
        The runtime value of a key: what was set, not what the key is without it.
"""
        raise NotImplementedError
    def handle(self, ) -> int:
        """
        The number by which the C ABI knows this client, until it is closed.
"""
        raise NotImplementedError
    def instance_id(self, ) -> str:
        """
        The name of this process in telemetry, and in contexts as `instance.id`.
"""
        raise NotImplementedError
    def is_ready(self, ) -> bool:
        """
        Whether there are definitions to evaluate with, wherever they came from. A read without any gives the default, and
        its details say `PROVIDER_NOT_READY`.
"""
        raise NotImplementedError
    def on_change(self, namespace: str,key: str,listener: ChangeListener) -> Subscription:
        """
        Hears when a key's value is another, evaluated for nobody in particular.
"""
        raise NotImplementedError
    def on_change_for(self, namespace: str,key: str,context_json: str,listener: ChangeListener) -> Subscription:
        """
        As [`VexilClient::on_change`], evaluated for a context, in JSON.
"""
        raise NotImplementedError
    def on_generation(self, listener: GenerationListener) -> Subscription:
        """
        Hears whenever what a read may come to is another: [`VexilClient::generation`].
"""
        raise NotImplementedError
    def on_state(self, listener: StateListener) -> Subscription:
        """
        Hears of every change of the state.
"""
        raise NotImplementedError
    def overrides(self, ) -> dict[str, str]:
        """
        Every override.
"""
        raise NotImplementedError
    def pinned(self, request_overrides_json: typing.Union[object, typing.Optional[str]] = _DEFAULT,at: typing.Union[object, typing.Optional[str]] = _DEFAULT) -> VexilClient:
        """
        A client of one moment, for one request: all reads are by what is in force now, whatever comes meanwhile, and as
        they are at a moment, as RFC 3339 has it; now, unless it is said. Everything else is the client's own, such as its
        state. It holds on to those definitions until it is closed, which leaves this one open.

        `request_overrides_json` is an object of what the request says itself that keys are, below kills. Whether somebody
        may ask for them is the host's matter.
"""
        raise NotImplementedError
    def put(self, definitions: str) -> None:
        """
        Puts other definitions in force, where the source is the program itself.
"""
        raise NotImplementedError
    def register(self, definitions: str) -> None:
        """
        Registers definitions, in JSON, for keys that the control plane may not know yet; each stands where what is in
        force has no such key. All of them, or none where one is wrong.
"""
        raise NotImplementedError
    def registered(self, ) -> typing.List[str]:
        """
        Every key that is registered, ascending.
"""
        raise NotImplementedError
    def remove_override(self, key: str) -> None:
        """
        Removes an override.
"""
        raise NotImplementedError
    def remove_runtime(self, namespace: str,key: str) -> None:
        """
        Removes a runtime value.
"""
        raise NotImplementedError
    def runtime_values(self, namespace: str) -> dict[str, str]:
        """
        Every runtime value of a namespace.
"""
        raise NotImplementedError
    def set_override(self, key: str,value_json: str) -> None:
        """
        Sets what a key is in this process, whatever is in force.
"""
        raise NotImplementedError
    def set_runtime(self, namespace: str,key: str,value_json: str) -> None:
        """
        Sets a value while the program runs: in a namespace of the host's own for whoever asks or listens; in `features`,
        `configs` and `experiments` it is an override of the key, under the same permission.
"""
        raise NotImplementedError
    def state(self, ) -> ClientState:
        """
        How the client stands.
"""
        raise NotImplementedError
    def unregister(self, key: str) -> None:
        """
        Takes back what was registered for a key.
"""
        raise NotImplementedError

class VexilClient(VexilClientProtocol):
    """
    A client of one environment.
"""
    
    _handle: ctypes.c_uint64
    @classmethod
    def from_env(cls, sdk: typing.Union[object, typing.Optional[str]] = _DEFAULT) -> VexilClient:
        """
        As `start`, with the options that the environment variables of this process name (`docs/clients.md`). `sdk` is the
        name and version of the package that calls this, such as `vexil-python/1.2.3`.
"""
        
        if sdk is _DEFAULT:
            sdk = None
        _UniffiFfiConverterOptionalString.check_lower(sdk)
        _uniffi_lowered_args = (
            _UniffiFfiConverterOptionalString.lower(sdk),
        )
        _uniffi_lift_return = _UniffiFfiConverterTypeVexilClient.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_constructor_vexilclient_from_env,
            *_uniffi_lowered_args,
        )
        return cls._uniffi_make_instance(_uniffi_ffi_result)
    @classmethod
    def start(cls, options: ClientOptions,sticky: typing.Union[object, typing.Optional[StickyStore]] = _DEFAULT) -> VexilClient:
        """
        Starts a client, and waits for the first definitions as long as the options say. `sticky` remembers which variants
        units were given; it takes the place of the file that the options may name.
"""
        
        _UniffiFfiConverterTypeClientOptions.check_lower(options)

        if sticky is _DEFAULT:
            sticky = None
        _UniffiFfiConverterOptionalTypeStickyStore.check_lower(sticky)
        _uniffi_lowered_args = (
            _UniffiFfiConverterTypeClientOptions.lower(options),
            _UniffiFfiConverterOptionalTypeStickyStore.lower(sticky),
        )
        _uniffi_lift_return = _UniffiFfiConverterTypeVexilClient.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_constructor_vexilclient_start,
            *_uniffi_lowered_args,
        )
        return cls._uniffi_make_instance(_uniffi_ffi_result)
    
    def __init__(self, *args, **kwargs):
        raise ValueError("This class has no default constructor")

    def __del__(self):
        # In case of partial initialization of instances.
        handle = getattr(self, "_handle", None)
        if handle is not None:
            _uniffi_rust_call(_UniffiLib.uniffi_vexil_ffi_fn_free_vexilclient, handle)

    def _uniffi_clone_handle(self):
        return _uniffi_rust_call(_UniffiLib.uniffi_vexil_ffi_fn_clone_vexilclient, self._handle)

    # Used by alternative constructors or any methods which return this type.
    @classmethod
    def _uniffi_make_instance(cls, handle):
        # Lightly yucky way to bypass the usual __init__ logic
        # and just create a new instance with the required handle.
        inst = cls.__new__(cls)
        inst._handle = handle
        return inst
    def clear_overrides(self, ) -> None:
        """
        Removes all overrides.
"""
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
        )
        _uniffi_lift_return = lambda val: None
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_clear_overrides,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def close(self, ) -> None:
        """
        Stops: nobody is asked any more, and the C ABI knows the client no more. Whoever evaluates by this object is still
        served what is held, which grows old.
"""
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
        )
        _uniffi_lift_return = lambda val: None
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_close,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def experiment(self, experiment: str,context_json: str) -> typing.Optional[Assignment]:
        """
        The variant that an experiment gives a context, in JSON, with all that there is to say of it; none where it takes
        no part.
"""
        
        _UniffiFfiConverterString.check_lower(experiment)

        _UniffiFfiConverterString.check_lower(context_json)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterString.lower(experiment),
            _UniffiFfiConverterString.lower(context_json),
        )
        _uniffi_lift_return = _UniffiFfiConverterOptionalTypeAssignment.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_experiment,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def explain(self, key: str,context_json: str) -> Explanation:
        """
        Evaluates, and tells how; the context in JSON.
"""
        
        _UniffiFfiConverterString.check_lower(key)

        _UniffiFfiConverterString.check_lower(context_json)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterString.lower(key),
            _UniffiFfiConverterString.lower(context_json),
        )
        _uniffi_lift_return = _UniffiFfiConverterTypeExplanation.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_explain,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def force_refresh(self, ) -> None:
        """
        Asks the source now, and waits for the answer.
"""
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
        )
        _uniffi_lift_return = lambda val: None
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_force_refresh,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def generation(self, ) -> int:
        """
        The number of what a read may come to just now; it moves whenever that does.
"""
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
        )
        _uniffi_lift_return = _UniffiFfiConverterUInt64.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_generation,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def get_override(self, key: str) -> typing.Optional[str]:
        """
        The override of a key.
"""
        
        _UniffiFfiConverterString.check_lower(key)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterString.lower(key),
        )
        _uniffi_lift_return = _UniffiFfiConverterOptionalString.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_get_override,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def get_runtime(self, namespace: str,key: str) -> typing.Optional[str]:
        """
        The runtime value of a key: what was set, not what the key is without it.
"""
        
        _UniffiFfiConverterString.check_lower(namespace)

        _UniffiFfiConverterString.check_lower(key)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterString.lower(namespace),
            _UniffiFfiConverterString.lower(key),
        )
        _uniffi_lift_return = _UniffiFfiConverterOptionalString.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_get_runtime,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def handle(self, ) -> int:
        """
        The number by which the C ABI knows this client, until it is closed.
"""
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
        )
        _uniffi_lift_return = _UniffiFfiConverterUInt64.lift
        _uniffi_error_converter = None
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_handle,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def instance_id(self, ) -> str:
        """
        The name of this process in telemetry, and in contexts as `instance.id`.
"""
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
        )
        _uniffi_lift_return = _UniffiFfiConverterString.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_instance_id,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def is_ready(self, ) -> bool:
        """
        Whether there are definitions to evaluate with, wherever they came from. A read without any gives the default, and
        its details say `PROVIDER_NOT_READY`.
"""
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
        )
        _uniffi_lift_return = _UniffiFfiConverterBoolean.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_is_ready,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def on_change(self, namespace: str,key: str,listener: ChangeListener) -> Subscription:
        """
        Hears when a key's value is another, evaluated for nobody in particular.
"""
        
        _UniffiFfiConverterString.check_lower(namespace)

        _UniffiFfiConverterString.check_lower(key)

        _UniffiFfiConverterTypeChangeListener.check_lower(listener)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterString.lower(namespace),
            _UniffiFfiConverterString.lower(key),
            _UniffiFfiConverterTypeChangeListener.lower(listener),
        )
        _uniffi_lift_return = _UniffiFfiConverterTypeSubscription.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_on_change,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def on_change_for(self, namespace: str,key: str,context_json: str,listener: ChangeListener) -> Subscription:
        """
        As [`VexilClient::on_change`], evaluated for a context, in JSON.
"""
        
        _UniffiFfiConverterString.check_lower(namespace)

        _UniffiFfiConverterString.check_lower(key)

        _UniffiFfiConverterString.check_lower(context_json)

        _UniffiFfiConverterTypeChangeListener.check_lower(listener)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterString.lower(namespace),
            _UniffiFfiConverterString.lower(key),
            _UniffiFfiConverterString.lower(context_json),
            _UniffiFfiConverterTypeChangeListener.lower(listener),
        )
        _uniffi_lift_return = _UniffiFfiConverterTypeSubscription.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_on_change_for,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def on_generation(self, listener: GenerationListener) -> Subscription:
        """
        Hears whenever what a read may come to is another: [`VexilClient::generation`].
"""
        
        _UniffiFfiConverterTypeGenerationListener.check_lower(listener)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterTypeGenerationListener.lower(listener),
        )
        _uniffi_lift_return = _UniffiFfiConverterTypeSubscription.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_on_generation,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def on_state(self, listener: StateListener) -> Subscription:
        """
        Hears of every change of the state.
"""
        
        _UniffiFfiConverterTypeStateListener.check_lower(listener)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterTypeStateListener.lower(listener),
        )
        _uniffi_lift_return = _UniffiFfiConverterTypeSubscription.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_on_state,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def overrides(self, ) -> dict[str, str]:
        """
        Every override.
"""
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
        )
        _uniffi_lift_return = _UniffiFfiConverterMapStringString.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_overrides,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def pinned(self, request_overrides_json: typing.Union[object, typing.Optional[str]] = _DEFAULT,at: typing.Union[object, typing.Optional[str]] = _DEFAULT) -> VexilClient:
        """
        A client of one moment, for one request: all reads are by what is in force now, whatever comes meanwhile, and as
        they are at a moment, as RFC 3339 has it; now, unless it is said. Everything else is the client's own, such as its
        state. It holds on to those definitions until it is closed, which leaves this one open.

        `request_overrides_json` is an object of what the request says itself that keys are, below kills. Whether somebody
        may ask for them is the host's matter.
"""
        
        if request_overrides_json is _DEFAULT:
            request_overrides_json = None
        _UniffiFfiConverterOptionalString.check_lower(request_overrides_json)

        if at is _DEFAULT:
            at = None
        _UniffiFfiConverterOptionalString.check_lower(at)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterOptionalString.lower(request_overrides_json),
            _UniffiFfiConverterOptionalString.lower(at),
        )
        _uniffi_lift_return = _UniffiFfiConverterTypeVexilClient.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_pinned,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def put(self, definitions: str) -> None:
        """
        Puts other definitions in force, where the source is the program itself.
"""
        
        _UniffiFfiConverterString.check_lower(definitions)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterString.lower(definitions),
        )
        _uniffi_lift_return = lambda val: None
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_put,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def register(self, definitions: str) -> None:
        """
        Registers definitions, in JSON, for keys that the control plane may not know yet; each stands where what is in
        force has no such key. All of them, or none where one is wrong.
"""
        
        _UniffiFfiConverterString.check_lower(definitions)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterString.lower(definitions),
        )
        _uniffi_lift_return = lambda val: None
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_register,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def registered(self, ) -> typing.List[str]:
        """
        Every key that is registered, ascending.
"""
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
        )
        _uniffi_lift_return = _UniffiFfiConverterSequenceString.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_registered,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def remove_override(self, key: str) -> None:
        """
        Removes an override.
"""
        
        _UniffiFfiConverterString.check_lower(key)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterString.lower(key),
        )
        _uniffi_lift_return = lambda val: None
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_remove_override,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def remove_runtime(self, namespace: str,key: str) -> None:
        """
        Removes a runtime value.
"""
        
        _UniffiFfiConverterString.check_lower(namespace)

        _UniffiFfiConverterString.check_lower(key)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterString.lower(namespace),
            _UniffiFfiConverterString.lower(key),
        )
        _uniffi_lift_return = lambda val: None
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_remove_runtime,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def runtime_values(self, namespace: str) -> dict[str, str]:
        """
        Every runtime value of a namespace.
"""
        
        _UniffiFfiConverterString.check_lower(namespace)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterString.lower(namespace),
        )
        _uniffi_lift_return = _UniffiFfiConverterMapStringString.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_runtime_values,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def set_override(self, key: str,value_json: str) -> None:
        """
        Sets what a key is in this process, whatever is in force.
"""
        
        _UniffiFfiConverterString.check_lower(key)

        _UniffiFfiConverterString.check_lower(value_json)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterString.lower(key),
            _UniffiFfiConverterString.lower(value_json),
        )
        _uniffi_lift_return = lambda val: None
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_set_override,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def set_runtime(self, namespace: str,key: str,value_json: str) -> None:
        """
        Sets a value while the program runs: in a namespace of the host's own for whoever asks or listens; in `features`,
        `configs` and `experiments` it is an override of the key, under the same permission.
"""
        
        _UniffiFfiConverterString.check_lower(namespace)

        _UniffiFfiConverterString.check_lower(key)

        _UniffiFfiConverterString.check_lower(value_json)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterString.lower(namespace),
            _UniffiFfiConverterString.lower(key),
            _UniffiFfiConverterString.lower(value_json),
        )
        _uniffi_lift_return = lambda val: None
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_set_runtime,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def state(self, ) -> ClientState:
        """
        How the client stands.
"""
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
        )
        _uniffi_lift_return = _UniffiFfiConverterTypeClientState.lift
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_state,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)
    def unregister(self, key: str) -> None:
        """
        Takes back what was registered for a key.
"""
        
        _UniffiFfiConverterString.check_lower(key)
        _uniffi_lowered_args = (
            self._uniffi_clone_handle(),
            _UniffiFfiConverterString.lower(key),
        )
        _uniffi_lift_return = lambda val: None
        _uniffi_error_converter = _UniffiFfiConverterTypeVexilError
        _uniffi_ffi_result = _uniffi_rust_call_with_error(
            _uniffi_error_converter,
            _UniffiLib.uniffi_vexil_ffi_fn_method_vexilclient_unregister,
            *_uniffi_lowered_args,
        )
        return _uniffi_lift_return(_uniffi_ffi_result)





class _UniffiFfiConverterTypeVexilClient:
    @staticmethod
    def lift(value: int) -> VexilClient:
        return VexilClient._uniffi_make_instance(value)

    @staticmethod
    def check_lower(value: VexilClient):
        if not isinstance(value, VexilClient):
            raise TypeError("Expected VexilClient instance, {} found".format(type(value).__name__))

    @staticmethod
    def lower(value: VexilClient) -> ctypes.c_uint64:
        return value._uniffi_clone_handle()

    @classmethod
    def read(cls, buf: _UniffiRustBuffer) -> VexilClient:
        ptr = buf.read_u64()
        if ptr == 0:
            raise InternalError("Raw handle value was null")
        return cls.lift(ptr)

    @classmethod
    def write(cls, value: VexilClient, buf: _UniffiRustBuffer):
        buf.write_u64(cls.lower(value))

class _UniffiFfiConverterSequenceTypeCodeRow(_UniffiConverterRustBuffer):
    @classmethod
    def check_lower(cls, value):
        for item in value:
            _UniffiFfiConverterTypeCodeRow.check_lower(item)

    @classmethod
    def write(cls, value, buf):
        items = len(value)
        buf.write_i32(items)
        for item in value:
            _UniffiFfiConverterTypeCodeRow.write(item, buf)

    @classmethod
    def read(cls, buf):
        count = buf.read_i32()
        if count < 0:
            raise InternalError("Unexpected negative sequence length")

        return [
            _UniffiFfiConverterTypeCodeRow.read(buf) for i in range(count)
        ]

class _UniffiFfiConverterOptionalTypeStickyStore(_UniffiConverterRustBuffer):
    @classmethod
    def check_lower(cls, value):
        if value is not None:
            _UniffiFfiConverterTypeStickyStore.check_lower(value)

    @classmethod
    def write(cls, value, buf):
        if value is None:
            buf.write_u8(0)
            return

        buf.write_u8(1)
        _UniffiFfiConverterTypeStickyStore.write(value, buf)

    @classmethod
    def read(cls, buf):
        flag = buf.read_u8()
        if flag == 0:
            return None
        elif flag == 1:
            return _UniffiFfiConverterTypeStickyStore.read(buf)
        else:
            raise InternalError("Unexpected flag byte for optional type")
def codes() -> typing.List[CodeRow]:
    """
    Every code there is.
"""
    _uniffi_lowered_args = (
    )
    _uniffi_lift_return = _UniffiFfiConverterSequenceTypeCodeRow.lift
    _uniffi_error_converter = None
    _uniffi_ffi_result = _uniffi_rust_call_with_error(
        _uniffi_error_converter,
        _UniffiLib.uniffi_vexil_ffi_fn_func_codes,
        *_uniffi_lowered_args,
    )
    return _uniffi_lift_return(_uniffi_ffi_result)
def version() -> str:
    """
    The version of this library.
"""
    _uniffi_lowered_args = (
    )
    _uniffi_lift_return = _UniffiFfiConverterString.lift
    _uniffi_error_converter = None
    _uniffi_ffi_result = _uniffi_rust_call_with_error(
        _uniffi_error_converter,
        _UniffiLib.uniffi_vexil_ffi_fn_func_version,
        *_uniffi_lowered_args,
    )
    return _uniffi_lift_return(_uniffi_ffi_result)

__all__ = [
    "InternalError",
    "SourceOptions",
    "Streaming",
    "Fallback",
    "ConnectionStatus",
    "ListenerError",
    "VexilError",
    "Assignment",
    "TrustedKeyOptions",
    "ClientOptions",
    "SourceFailure",
    "ClientState",
    "CodeRow",
    "Explanation",
    "ValueChange",
    "codes",
    "version",
    "ChangeListenerImpl",
    "ChangeListener",
    "GenerationListenerImpl",
    "GenerationListener",
    "StateListenerImpl",
    "StateListener",
    "StickyStoreImpl",
    "StickyStore",
    "Subscription",
    "SubscriptionProtocol",
    "VexilClient",
    "VexilClientProtocol",
]