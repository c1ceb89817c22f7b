"""What is packed is what the browser reads; arrays travel once."""

import json
import zlib

import numpy as np
import pytest

from frontend.blob import FLOAT32_MAX, Quantized, Warped, pack, unpack


def test_a_tree_comes_back():
    tree = {"a": [1, 2.5, None, True, "x"], "b": {"c": np.arange(6.0).reshape(2, 3)}, "d": np.arange(5, dtype=np.uint8)}
    back = unpack(pack(tree))
    assert back["a"] == tree["a"]
    np.testing.assert_array_equal(back["b"]["c"], tree["b"]["c"])
    np.testing.assert_array_equal(back["d"], tree["d"])


def test_layout_is_length_and_deflated_json_with_the_differences_of_bits_behind_it():
    numbers = np.array([1.0, 2.0, -3.5], np.float32)
    blob = pack({"a": numbers.astype(float), "b": np.array([7, 9], np.uint8)})
    length, inflated = int.from_bytes(blob[:4], "little"), zlib.decompress(blob[4:])
    spec = json.loads(inflated[:length])
    a, b = (length + spec[name]["$"]["at"] for name in "ab")
    bits = 0
    for i, number in enumerate(numbers):
        step = sum(inflated[a + byte * len(numbers) + i] << (8 * byte) for byte in range(4))
        bits = (bits + step) % 2**32
        assert bits == int.from_bytes(number.tobytes(), "little")
    assert list(inflated[b : b + 2]) == [7, 9]


@pytest.mark.parametrize("seed", range(40))
def test_every_bit_comes_back(seed: int):
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(0, 9, rng.integers(1, 4)))
    for kind in (np.float32, np.int16, np.int32, np.uint8):
        array = np.frombuffer(rng.bytes(int(np.prod(shape)) * np.dtype(kind).itemsize), kind).reshape(shape)
        back = unpack(pack([array, 1.5, array[..., :1]]))
        assert back[0].dtype == array.dtype
        assert back[0].tobytes() == array.tobytes()
        assert back[2].tobytes() == array[..., :1].tobytes()


def test_an_array_that_occurs_twice_travels_once():
    array = np.zeros(10_000)
    once, twice = len(pack([array])), len(pack([array, Warped(array, 0.0, 1.0, True)]))
    assert twice - once < 200


def test_divergence_stays_a_number():
    back = unpack(pack(np.array([np.inf, -np.inf, 1e300, np.nan])))
    np.testing.assert_array_equal(back, np.array([FLOAT32_MAX, -FLOAT32_MAX, FLOAT32_MAX, np.nan], np.float32))


def test_warped_is_the_logarithm_of_the_height():
    loss = np.array([2.0, 3.0, 12.0])
    np.testing.assert_allclose(unpack(pack(Warped(loss, 2.0, 9.0, True))), np.log10([1.0, 10.0, 91.0]), rtol=1e-6)
    np.testing.assert_allclose(unpack(pack(Warped(loss, 2.0, 0.5, False))), [0.0, 0.5, 5.0], rtol=1e-6)


def test_quantized_is_right_to_a_65534th_of_its_range():
    values = np.random.default_rng(0).uniform(-3, 5, 1000)
    values[:3] = [np.nan, -100.0, 100.0]
    back = unpack(pack(Quantized(values, -3.0, 5.0)))
    assert np.isnan(back[0])
    np.testing.assert_allclose(back[1:3], [-3.0, 5.0])
    np.testing.assert_allclose(back[3:], values[3:], atol=8 / 65534)


def test_quantized_logarithms_are_right_to_a_thousandth():
    values = 10.0 ** np.random.default_rng(1).uniform(-13, 13, 1000)
    np.testing.assert_allclose(unpack(pack(Quantized(values, -14.0, 14.0, log=True))), values, rtol=1e-3)
    assert unpack(pack(Quantized(np.array([0.0]), -14.0, 14.0, log=True)))[0] == pytest.approx(1e-14)


def test_nothing_but_json_gets_out():
    with pytest.raises(ValueError, match="JSON"):
        pack({"a": float("nan")})
