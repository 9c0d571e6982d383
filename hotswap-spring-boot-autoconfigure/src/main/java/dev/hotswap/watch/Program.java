package dev.hotswap.watch;

import java.io.IOException;

import dev.hotswap.release.Releases;
import org.jspecify.annotations.Nullable;

/**
 * What a handoff would launch, as far as it is not what runs. One thread at a time.
 */
final class Program {

	private final Releases releases;

	private final @Nullable String running;

	/** Runs, or was there before this process was. */
	private @Nullable String accepted;

	Program(Releases releases) {
		this.releases = releases;
		this.running = releases.running();
		this.accepted = releases.launchableAtStart();
	}

	/**
	 * What is there now that was not there when this process started.
	 * @return a description that is equal for the same program, or {@code null} if there
	 * is nothing new, or nothing to launch
	 */
	@Nullable String news() {
		String launchable = this.releases.launchable();
		if (launchable != null && launchable.equals(this.running)) {
			// This process has proven itself, and is the current release now
			this.accepted = launchable;
		}
		return (launchable == null || launchable.equals(this.accepted)) ? null : launchable;
	}

	void addTo(WatchedFolders folders) throws IOException {
		if (this.releases.launchablePath() != null) {
			folders.addPath(this.releases.launchablePath());
		}
	}

}
