package dev.hotswap.precheck;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Finds numbers in what the kernel writes.
 */
final class Fields {

	private static final long KIB = 1024;

	private Fields() {
	}

	/**
	 * The number after a name, such as {@code MemAvailable:  1234 kB}.
	 * @return the number, in bytes where the line ends with {@code kB}
	 */
	static OptionalLong find(Optional<String> text, String name) {
		for (String line : text.orElse("").split("\n")) {
			if (line.startsWith(name)) {
				String[] words = line.substring(name.length()).trim().split("\\s+");
				OptionalLong number = number(words[0]);
				return (number.isPresent() && words.length > 1 && words[1].equals("kB"))
						? OptionalLong.of(number.getAsLong() * KIB) : number;
			}
		}
		return OptionalLong.empty();
	}

	/**
	 * A number alone.
	 * @return the number; empty for {@code max}, for {@code unlimited}, and for one that
	 * no long can hold
	 */
	static OptionalLong number(String text) {
		String trimmed = text.trim();
		return trimmed.matches("\\d{1,18}") ? OptionalLong.of(Long.parseLong(trimmed)) : OptionalLong.empty();
	}

	static OptionalLong number(Optional<String> text) {
		return number(text.orElse(""));
	}

	/**
	 * Bytes for a person, in MiB.
	 */
	static String mebibytes(long bytes) {
		return (bytes / KIB / KIB) + " MiB";
	}

}
