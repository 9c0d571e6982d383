package dev.hotswap.web;

/**
 * What happened to a connector's connections since it started. A connection that is given
 * up and comes back counts in both directions.
 *
 * @param adopted connections taken over, those of a warm-up included
 * @param givenUp idle connections given up for others to adopt
 * @param announced connections whose end was announced in a response
 * @param ended idle connections that {@link HandoffConnector#endIdle()} ended
 * @param evicted connections ended because they were idle for too long
 */
public record ConnectorFigures(long adopted, long givenUp, long announced, long ended, long evicted) {

	/**
	 * Figures of a connector to which nothing has happened.
	 */
	public static final ConnectorFigures NONE = new ConnectorFigures(0, 0, 0, 0, 0);

	/**
	 * These figures and others together.
	 * @param other the other figures
	 * @return the sums
	 */
	public ConnectorFigures plus(ConnectorFigures other) {
		return new ConnectorFigures(this.adopted + other.adopted, this.givenUp + other.givenUp,
				this.announced + other.announced, this.ended + other.ended, this.evicted + other.evicted);
	}

	/**
	 * What has happened since earlier figures.
	 * @param earlier the earlier figures
	 * @return the differences
	 */
	public ConnectorFigures since(ConnectorFigures earlier) {
		return new ConnectorFigures(this.adopted - earlier.adopted, this.givenUp - earlier.givenUp,
				this.announced - earlier.announced, this.ended - earlier.ended, this.evicted - earlier.evicted);
	}

}
