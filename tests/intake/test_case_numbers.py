"""Case numbers: the check digit finds typing errors."""

from hypothesis import given
from hypothesis import strategies as st

from complaint_intake.intake.case_numbers import grouped, new_case_number, normal_case_number


def test_a_number_is_read_however_it_is_typed() -> None:
    number = new_case_number()
    full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in number)
    for typed in (number, grouped(number), f" {number[:3]} {number[3:]} ", full_width):
        assert normal_case_number(typed) == number


@given(st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_found(position: int, change: int) -> None:
    number = new_case_number()
    wrong = str((int(number[position]) + change) % 10)
    assert normal_case_number(number[:position] + wrong + number[position + 1 :]) is None


@given(st.integers(0, 8))
def test_swapped_neighbours_are_found(position: int) -> None:
    number = new_case_number()
    left, right = number[position], number[position + 1]
    swapped = number[:position] + right + left + number[position + 2 :]
    assert normal_case_number(swapped) == (number if left == right else None)
