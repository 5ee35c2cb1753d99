# Python loads this file into the emulator, which knows nothing of `dynamodb:LeadingKeys`: without it our conditions on
# partitions refuse everything. It adds the partition keys that a request names, as AWS has it.
import json

from ministack.core import iam_actions

known = iam_actions.dynamodb_service_context


def partition_keys(request):
    keys = [request[name]["pk"]["S"] for name in ("Key", "Item") if name in request]
    for item in request.get("TransactItems", []):
        for part in item.values():
            keys += partition_keys(part)
    if "KeyConditionExpression" in request:
        keys.append(request["ExpressionAttributeValues"][":pk"]["S"])
    return keys


def with_partition_keys(body):
    keys = partition_keys(json.loads(body or b"{}"))
    return {**known(body), **({"dynamodb:LeadingKeys": keys} if keys else {})}


iam_actions.dynamodb_service_context = with_partition_keys
