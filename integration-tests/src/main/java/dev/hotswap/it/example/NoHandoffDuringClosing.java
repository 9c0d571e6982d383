package dev.hotswap.it.example;

import dev.hotswap.HandoffPrecheck;
import org.jspecify.annotations.Nullable;

import org.springframework.stereotype.Component;

/**
 * Refuses while something goes on that must not be handed over.
 */
@Component
class NoHandoffDuringClosing implements HandoffPrecheck {

	private final YearEnd yearEnd;

	NoHandoffDuringClosing(YearEnd yearEnd) {
		this.yearEnd = yearEnd;
	}

	@Override
	public @Nullable String refuse() {
		return this.yearEnd.isClosing() ? "The books are being closed; try again when that is done." : null;
	}

}
