"""Mistakes in writing and reading files of a model."""

from mutation.mutant import Mutant

ARCHIVE, ATOMIC = "files/archive.py", "files/atomic.py"
MODEL, HEADER = "files/model_file.py", "files/model_header.py"


def _replacing(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, ATOMIC, "replacing", old, new)


def _members(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, ARCHIVE, "read_archive", old, new)


def _array(name: str, says: str, old: str, new: str) -> Mutant:
    return Mutant(name, says, ARCHIVE, "read_array", old, new)


WRITING = (
    _replacing("F01", "a file is not synced before it is renamed", "os.fsync(handle)", "pass"),
    _replacing(
        "F02",
        "a file is renamed, and then synced",
        "os.fsync(handle)\n                temporary.chmod(0o666 & ~_umask())\n"
        "                temporary.replace(path)",
        "temporary.chmod(0o666 & ~_umask())\n                temporary.replace(path)\n"
        "                os.fsync(handle)",
    ),
    _replacing("F03", "the folder is not synced", "_sync_folder(path.parent)", "pass"),
    _replacing(
        "F04",
        "the folder is synced before the rename",
        "os.fsync(handle)",
        "os.fsync(handle); _sync_folder(path.parent)",
    ),
    _replacing("F05", "a file is renamed before all is written", "file.flush()", "pass"),
    Mutant(
        "F06",
        "a temporary file is made where the system has them, perhaps on another disk",
        ATOMIC,
        "_temporary",
        ", dir=path.parent",
        "",
    ),
    _replacing(
        "F07",
        "the permissions are those of a temporary file",
        "temporary.chmod(0o666 & ~_umask())",
        "pass",
    ),
    _replacing(
        "F08", "what could not be written is left", "temporary.unlink(missing_ok=True)", "pass"
    ),
    Mutant(
        "F09",
        "a symbolic link is replaced by a file",
        ATOMIC,
        "_meant",
        "Path(os.path.realpath(path))",
        "path",
    ),
    _replacing("F10", "what killed runs have left stays", "_remove_stale(path)", "pass"),
    Mutant(
        "F11",
        "what another run is just writing is taken for stale",
        ATOMIC,
        "_remove_stale",
        "fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)",
        "pass",
    ),
    Mutant(
        "F12",
        "the file that is being written is not locked",
        ATOMIC,
        "_temporary",
        "fcntl.flock(handle, fcntl.LOCK_EX)",
        "pass",
    ),
    Mutant(
        "F13",
        "an archive has the date at which it was written",
        ARCHIVE,
        "archive_bytes",
        "zipfile.ZipInfo(HEADER, EARLIEST_DATE)",
        "HEADER",
    ),
)

READING = (
    _members(
        "F20", "of two members of one name the last counts", "len(set(names)) < len(names)", "False"
    ),
    _members("F21", "there may be more members", "set(names) != {", "not set(names) >= {"),
    _members("F22", "members may be compressed", "!= zipfile.ZIP_STORED", "is None"),
    _members("F23", "members may say that they are larger than the file", "> size", "> size**9"),
    Mutant("F24", "a header may have a NaN", ARCHIVE, "_header", "parse_constant=_no_number, ", ""),
    _array(
        "F25",
        "the shape of an array is not compared with that of the network",
        "(shape, dtype) != (into.shape, into.dtype.str)",
        "dtype != into.dtype.str",
    ),
    _array(
        "F26",
        "the dtype of an array is not compared with that of the others",
        "(shape, dtype) != (into.shape, into.dtype.str)",
        "shape != into.shape",
    ),
    _array(
        "F27", "there may be more after an array", "len(member) != start", "len(member) < start"
    ),
    _array("F28", "weights need not be finite", "not np.isfinite(into).all()", "False"),
    Mutant(
        "F29",
        "an array may be in Fortran order",
        ARCHIVE,
        "described",
        'found["fortran"] == b"True"',
        "False",
    ),
    Mutant(
        "F30",
        "room is made for a network before its weights are looked at",
        MODEL,
        "theta_from",
        "network.n_parameters * 4 >",
        "0 >",
    ),
    Mutant(
        "F31",
        "the checkpoint of a training is read as a model",
        MODEL,
        "require_format",
        'header["format"] != format_',
        "False",
    ),
    Mutant(
        "F32",
        "the format of another version is read",
        MODEL,
        "require_format",
        "version != FORMAT_VERSION",
        "False",
    ),
    Mutant(
        "F33",
        "a network may have no units",
        HEADER,
        "network_from",
        "size < 1",
        "size < 0",
    ),
    Mutant(
        "F34",
        "the columns need not fit the network",
        HEADER,
        "columns_from",
        "(columns.n_x, columns.n_y) != (network.n_x, network.n_y)",
        "columns.n_y != network.n_y",
    ),
    Mutant(
        "F35",
        "two columns or classes may have one name",
        HEADER,
        "columns_from",
        "len(set(names)) < len(names)",
        "len(set(names)) < 0",
    ),
    Mutant(
        "F36",
        "a column may be scaled by 0",
        HEADER,
        "_column",
        "column.scale > 0",
        "column.scale >= 0",
    ),
    Mutant(
        "F37",
        "the rows of a history need not be alike",
        HEADER,
        "history_from",
        "row.values().keys() != kept.values().keys()",
        "not row.values()",
    ),
    Mutant(
        "F38",
        "numbers of a header may be larger than any float",
        HEADER,
        "_is_number",
        "abs(value) <= sys.float_info.max",
        "value == value",
    ),
)

FILES = (*WRITING, *READING)
