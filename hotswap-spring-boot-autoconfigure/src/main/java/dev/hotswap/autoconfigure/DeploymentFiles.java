package dev.hotswap.autoconfigure;

import java.nio.file.Path;

import dev.hotswap.handoff.Deployment;
import dev.hotswap.process.PidFile;
import dev.hotswap.process.PidFileException;
import dev.hotswap.release.Release;
import dev.hotswap.release.ReleaseException;
import dev.hotswap.release.ReleaseStore;
import dev.hotswap.release.Releases;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The files around a service that a handoff changes: the release it is run from and the
 * PID file. Thread-safe.
 */
final class DeploymentFiles implements Deployment {

	private final Releases releases;

	private final @Nullable PidFile pidFile;

	private final @Nullable String revision;

	private volatile @Nullable Path jar;

	DeploymentFiles(Releases releases, @Nullable PidFile pidFile, @Nullable String revision) {
		this.releases = releases;
		this.pidFile = pidFile;
		this.revision = revision;
	}

	/**
	 * Create the files of this process. Remembers what the running jar is like now.
	 * @param revision the revision of the configuration that it has read
	 */
	static DeploymentFiles of(HotswapProperties properties, @Nullable String revision) {
		HotswapProperties.Release release = properties.getRelease();
		if (release.getKeep() < 1) {
			throw new InvalidConfigurationPropertyValueException("hotswap.release.keep", release.getKeep(),
					"It must be at least 1.");
		}
		ReleaseStore store = (release.getDirectory() != null)
				? new ReleaseStore(release.getDirectory(), release.getVerify()) : null;
		Path pidFile = properties.getPidFile();
		return new DeploymentFiles(Releases.ofThisProcess(store, release.getVerify(), release.getKeep()),
				(pidFile != null) ? new PidFile(pidFile) : null, revision);
	}

	Releases releases() {
		return this.releases;
	}

	/**
	 * Begin, early enough that what is wrong fails the start.
	 * @param succeeding whether this process is to succeed another, which the PID file
	 * may name for now
	 */
	void begin(boolean succeeding) throws PidFileException {
		if (this.pidFile == null) {
			return;
		}
		if (succeeding) {
			this.pidFile.check();
		}
		else {
			this.pidFile.claim();
		}
	}

	@Override
	public @Nullable String verify(@Nullable String version) {
		try {
			this.jar = this.releases.verify(version).map(Release::jar).orElse(null);
			return null;
		}
		catch (ReleaseException ex) {
			this.jar = null;
			return ex.getMessage();
		}
	}

	@Override
	public @Nullable String revision() {
		return this.revision;
	}

	@Override
	public @Nullable Path jar() {
		return this.jar;
	}

	@Override
	public @Nullable Path defaultJar() throws ReleaseException {
		return this.releases.verify(null).map(Release::jar).orElse(null);
	}

	@Override
	public void becameActive() throws PidFileException {
		if (this.pidFile != null) {
			this.pidFile.takeOver();
		}
	}

	@Override
	public void proven() {
		this.releases.proven();
	}

	/**
	 * This process ends.
	 */
	void release() {
		if (this.pidFile != null) {
			this.pidFile.release();
		}
	}

}
