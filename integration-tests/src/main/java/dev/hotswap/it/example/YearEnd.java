package dev.hotswap.it.example;

import org.springframework.stereotype.Component;

/**
 * Something that takes long and must not be handed over in its middle.
 */
@Component
class YearEnd {

	private volatile boolean closing;

	boolean isClosing() {
		return this.closing;
	}

	void closing(boolean closing) {
		this.closing = closing;
	}

}
