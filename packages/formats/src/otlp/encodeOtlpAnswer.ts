import { ProtobufWriter } from '../protobuf/protobufWriter.js';
import {
  PARTIAL_SUCCESS_MESSAGE_TAG,
  PARTIAL_SUCCESS_REJECTED_TAG,
  RESPONSE_PARTIAL_SUCCESS_TAG,
  STATUS_CODE_TAG,
  STATUS_MESSAGE_TAG,
} from './fields.js';

/** What was not taken of a request that was, for the most part. */
export interface OtlpPartialSuccess {
  readonly rejectedDataPoints: number;
  readonly errorMessage: string;
}

/** An `ExportMetricsServiceResponse` as protobuf; undefined for one that has nothing to say. */
export function encodeOtlpResponse(partial: OtlpPartialSuccess | undefined): Uint8Array {
  const response = new ProtobufWriter();
  if (partial) {
    const message = new ProtobufWriter();
    message.writeInt64(PARTIAL_SUCCESS_REJECTED_TAG, partial.rejectedDataPoints);
    message.writeText(PARTIAL_SUCCESS_MESSAGE_TAG, partial.errorMessage);
    response.writeBytes(RESPONSE_PARTIAL_SUCCESS_TAG, message.written);
  }
  return response.written;
}

/** A `google.rpc.Status` as protobuf, what an error is. */
export function encodeOtlpStatus({
  code,
  message,
}: {
  readonly code: number;
  readonly message: string;
}): Uint8Array {
  const status = new ProtobufWriter();
  status.writeInt64(STATUS_CODE_TAG, code);
  status.writeText(STATUS_MESSAGE_TAG, message);
  return status.written;
}
