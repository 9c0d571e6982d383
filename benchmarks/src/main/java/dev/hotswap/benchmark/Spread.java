package dev.hotswap.benchmark;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * A figure that was measured several times.
 *
 * @param count how often
 * @param least the smallest value
 * @param lower the lower quartile
 * @param median the median
 * @param upper the upper quartile
 * @param greatest the greatest value
 */
record Spread(int count, double least, double lower, double median, double upper, double greatest) {

	static <T> Spread of(Collection<T> measured, ToDoubleFunction<T> figure) {
		return of(measured.stream().mapToDouble(figure).toArray());
	}

	static Spread of(double... values) {
		if (values.length == 0) {
			throw new IllegalArgumentException("Nothing was measured");
		}
		double[] sorted = values.clone();
		Arrays.sort(sorted);
		return new Spread(sorted.length, sorted[0], quantile(sorted, 0.25), quantile(sorted, 0.5),
				quantile(sorted, 0.75), sorted[sorted.length - 1]);
	}

	/**
	 * Between two values that are next to each other, in proportion.
	 */
	private static double quantile(double[] sorted, double share) {
		double position = share * (sorted.length - 1);
		int below = (int) position;
		int above = Math.min(below + 1, sorted.length - 1);
		return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
	}

	/**
	 * The median, and the range of all values.
	 * @param digits after the decimal point
	 * @return as in {@code 1.5 (1.2–1.9)}
	 */
	String range(int digits) {
		return format(digits, this.least, this.greatest);
	}

	/**
	 * The median, and the range of the middle half of the values.
	 * @param digits after the decimal point
	 * @return as in {@code 1.5 (1.4–1.6)}
	 */
	String quartiles(int digits) {
		return format(digits, this.lower, this.upper);
	}

	private String format(int digits, double low, double high) {
		String from = number(digits, low);
		String to = number(digits, high);
		return number(digits, this.median) + (from.equals(to) ? "" : " (" + from + "–" + to + ")");
	}

	private static String number(int digits, double value) {
		return String.format(Locale.ROOT, "%." + digits + "f", value);
	}

}
