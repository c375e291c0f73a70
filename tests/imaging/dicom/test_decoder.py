"""The children that decode: good pictures come through, and what a bad one ends is only its child."""

from __future__ import annotations

import os
import signal
import struct
import threading
from collections.abc import Iterator

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom.encaps import encapsulate
from pydicom.uid import UID, JPEGLosslessSV1, JPEGLSLossless, RLELossless

from spinefm.imaging.dicom import decoder
from spinefm.imaging.dicom.decoder import Coded, Decoders
from spinefm.imaging.radiograph import UnreadableFilm, read
from tests.bad_films import dicom_bytes, dicom_film, ramp

WORDS = np.round(ramp() * 4095).astype(np.uint16)
CODED = Coded("jpeg-ls", 200, 160, 1, 2)
STREAM = bytes(imagecodecs.jpegls_encode(WORDS))


@pytest.fixture
def children() -> Iterator[Decoders]:
    """Decoders of their own, ended afterwards."""
    made = Decoders()
    yield made
    made.close()


def wrapped(stream: bytes, syntax: UID, **tags: object) -> bytes:
    """A DICOM film around a compressed stream."""
    film = dicom_film(WORDS, BitsStored=12, HighBit=11, **tags)
    film.PixelData = encapsulate([stream])
    film["PixelData"].is_undefined_length = True
    film.file_meta.TransferSyntaxUID = syntax
    return dicom_bytes(film)


def pid_of(children: Decoders) -> int:
    """The process of the one idle child."""
    [child] = children._idle
    return child._process.pid


def test_a_child_is_kept_for_the_next_film(children: Decoders) -> None:
    np.testing.assert_array_equal(children.decode(CODED, STREAM), WORDS)
    first = pid_of(children)
    np.testing.assert_array_equal(children.decode(CODED, STREAM), WORDS)
    assert pid_of(children) == first


def test_a_damaged_stream_is_one_sentence_and_the_child_lives_on(children: Decoders) -> None:
    children.decode(CODED, STREAM)
    first = pid_of(children)
    with pytest.raises(UnreadableFilm, match="damaged and could not be decoded"):
        children.decode(CODED, STREAM[:300])
    assert pid_of(children) == first


def test_a_child_that_died_while_it_waited_is_replaced(children: Decoders) -> None:
    children.decode(CODED, STREAM)
    os.kill(pid_of(children), signal.SIGKILL)
    children._idle[0]._process.wait()
    np.testing.assert_array_equal(children.decode(CODED, STREAM), WORDS)


def test_a_child_that_answers_another_picture_is_ended(children: Decoders) -> None:
    with pytest.raises(UnreadableFilm, match="could not be decoded"):
        children.decode(Coded("jpeg-ls", 100, 320, 1, 2), STREAM)
    assert not children._idle


def test_a_child_over_its_time_is_ended(children: Decoders, monkeypatch: pytest.MonkeyPatch) -> None:
    children.decode(CODED, STREAM)
    os.kill(pid_of(children), signal.SIGSTOP)  # as a decoder in an endless loop, for who waits for it
    monkeypatch.setattr(decoder, "PATIENCE", 0.05)
    with pytest.raises(UnreadableFilm, match="take too long"):
        children.decode(CODED, STREAM)
    assert not children._idle


def test_a_film_gets_memory_for_its_size_and_no_more(children: Decoders, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder, "MEMORY", 4 << 20)
    monkeypatch.setattr(decoder, "MEMORY_PER_VALUE", 0)
    large = np.tile(WORDS, (16, 16))
    with pytest.raises(UnreadableFilm, match=r"need more memory|could not be decoded"):
        children.decode(Coded("jpeg-ls", 3200, 2560, 1, 2), imagecodecs.jpegls_encode(large))
    np.testing.assert_array_equal(children.decode(CODED, STREAM), WORDS)


def test_secrets_of_the_environment_are_kept_from_a_child(children: Decoders, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    children.decode(CODED, STREAM)
    with open(f"/proc/{pid_of(children)}/environ", "rb") as environment:
        assert b"hf_secret" not in environment.read()


def test_many_threads_share_few_children(children: Decoders) -> None:
    answers: list[NDArray[np.uint16]] = []
    threads = [threading.Thread(target=lambda: answers.append(children.decode(CODED, STREAM))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8 and all(np.array_equal(answer, WORDS) for answer in answers)
    assert 1 <= len(children._idle) <= decoder.CHILDREN


def test_a_fork_gets_children_of_its_own() -> None:
    parent = decoder.decoders()
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writer, b"own" if decoder.decoders() is not parent else b"shared")
        os._exit(0)
    os.waitpid(pid, 0)
    assert os.read(reader, 10) == b"own"


def run_lengths(*segments: bytes | bytearray) -> bytes:
    """A frame of DICOM's run lengths from its packed segments."""
    starts = np.cumsum([64, *map(len, segments)])[:-1]
    return struct.pack("<16L", len(segments), *starts, *[0] * (15 - len(segments))) + b"".join(segments)


PACKED = [bytes(imagecodecs.packbits_encode((WORDS >> shift).astype(np.uint8).tobytes())) for shift in (8, 0)]


@pytest.mark.parametrize(
    "frame",
    [
        run_lengths(PACKED[0], b"\x81\x00" * 1_000_000),
        run_lengths(PACKED[0], PACKED[1] + b"\x7f" + bytes(128)),
        run_lengths(PACKED[0], PACKED[1][:-40]),
        run_lengths(PACKED[0]),
        run_lengths(*PACKED, *PACKED),
        b"\x02",
    ],
    ids=["a bomb", "128 bytes too many", "too few", "one segment", "four segments", "no header"],
)
def test_run_lengths_that_unpack_to_another_size_are_refused(frame: bytes) -> None:
    with pytest.raises(UnreadableFilm, match="could not be decoded"):
        read(wrapped(frame, RLELossless))


def test_run_lengths_with_a_pad_byte_are_read() -> None:
    film = read(wrapped(run_lengths(PACKED[0], PACKED[1] + b"\0"), RLELossless), polarity="keep")
    np.testing.assert_allclose(film.pixels, ramp(), atol=0.02)


def test_a_precision_or_component_that_lies_never_reaches_a_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a JPEG-lossless header this ended the process of an earlier decoder."""
    stream = bytearray(imagecodecs.jpeg8_encode(WORDS, lossless=True, bitspersample=16))
    place = stream.index(b"\xff\xc3")
    monkeypatch.setattr(Decoders, "decode", lambda *_: pytest.fail("decoded"))
    for offset, value, words in ((4, 17, "of 17 bits"), (4, 255, "of 255 bits"), (9, 3, "3 samples")):
        lying = stream.copy()
        lying[place + offset] = value
        with pytest.raises(UnreadableFilm, match=words):
            read(wrapped(bytes(lying), JPEGLosslessSV1))


def test_a_second_frame_is_not_left_out_in_silence() -> None:
    film = dicom_film(WORDS)
    film.PixelData = encapsulate([STREAM, STREAM])
    film["PixelData"].is_undefined_length = True
    film.file_meta.TransferSyntaxUID = JPEGLSLossless
    with pytest.raises(UnreadableFilm, match="several frames"):
        read(dicom_bytes(film))


def test_millions_of_fragments_are_not_collected() -> None:
    film = dicom_film(WORDS)
    film.PixelData = b"\xfe\xff\x00\xe0\0\0\0\0" * 20_000
    film["PixelData"].is_undefined_length = True
    film.file_meta.TransferSyntaxUID = JPEGLSLossless
    with pytest.raises(UnreadableFilm, match="damaged"):
        read(dicom_bytes(film))
