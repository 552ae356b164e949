"""Bytes in, bytes out. The only modules that touch the file system."""

from stemkey.files.package import Files, read_zip, save, whole_file, zip_files
from stemkey.files.source import Source, binary_kind, decode_text, file_stem, open_source

__all__ = [
    "Files",
    "Source",
    "binary_kind",
    "decode_text",
    "file_stem",
    "open_source",
    "read_zip",
    "save",
    "whole_file",
    "zip_files",
]
